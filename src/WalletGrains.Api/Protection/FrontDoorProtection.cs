using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Protection;

/// <summary>Puts together what stands between the internet and the endpoints.</summary>
internal static class FrontDoorProtection
{
    public static void AddProtection(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<RateLimitOptions>, RateLimitOptions.Validator>();
        services.Configure<RateLimitOptions>(builder.Configuration.GetSection(RateLimitOptions.Section));
        services.PostConfigure<RateLimitOptions>(options => options.Complete(builder.Environment.IsDevelopment()));
        services.AddSingleton<RateLimits>();
        services.AddSingleton<IValidateOptions<OverloadOptions>, OverloadOptions.Validator>();
        services.Configure<OverloadOptions>(builder.Configuration.GetSection(OverloadOptions.Section));
        services.AddOptions<KestrelServerOptions>()
            .Configure<IOptions<OverloadOptions>>(static (kestrel, overload) =>
                (kestrel.Limits.MaxConcurrentConnections, kestrel.Limits.MaxConcurrentUpgradedConnections) = (overload.Value.Connections, overload.Value.PushRequests));
        services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptions.Validator>();
        services.Configure<ProxyOptions>(builder.Configuration.GetSection(ProxyOptions.Section));
        services.AddSingleton<IValidateOptions<HttpsSettings>, HttpsSettings.Validator>();
        services.Configure<HttpsSettings>(builder.Configuration.GetSection(HttpsSettings.Section));
        services.AddSingleton<SecurityHeaders>();
        services.AddOptions<HttpsRedirectionOptions>().Configure<IOptions<HttpsSettings>>(static (redirection, https) =>
            (redirection.HttpsPort, redirection.RedirectStatusCode) = (https.Value.RedirectPort, StatusCodes.Status308PermanentRedirect));
    }

    /// <summary>Before everything else: from here on the address of a client is what a trusted proxy said.</summary>
    /// <exception cref="OptionsValidationException">A setting of the section Proxies is wrong.</exception>
    public static void UseTrustedProxies(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<ProxyOptions>>().Value.ToForwardedHeaders() is { } forwarded)
        {
            app.UseForwardedHeaders(forwarded);
        }
    }

    /// <summary>Sends HTTP to HTTPS where that is wanted. Health stays: who asks for it is on the same machine.</summary>
    /// <exception cref="OptionsValidationException">A setting of the section Https is wrong.</exception>
    public static void UseHttpsWhereWanted(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<HttpsSettings>>().Value.Redirect)
        {
            app.UseWhen(
                static context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal),
                static others => others.UseHttpsRedirection());
        }
    }
}
