using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Http;

namespace WalletGrains.Api.Push;

/// <summary>Puts the push hub together.</summary>
internal static class PushHub
{
    public static void Add(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<PushOptions>, PushOptions.Validator>();
        services.Configure<PushOptions>(builder.Configuration.GetSection(PushOptions.Section));
        services.AddSignalR()
            .AddHubOptions<WalletHub>(hub =>
            {
                hub.HandshakeTimeout = ApiLimits.HubHandshake;
                hub.MaximumReceiveMessageSize = ApiLimits.MaxHubMessageBytes;
                hub.MaximumParallelInvocationsPerClient = 1;
                hub.EnableDetailedErrors = false;
            })
            .AddJsonProtocol(json =>
            {
                ApiJson.Configure(json.PayloadSerializerOptions);
                json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            });
        services.AddSingleton<PushMetrics>();
        services.AddSingleton<PushConnections>();
        services.AddSingleton<Replay>();
        services.AddSingleton<ActivityPush>();
        services.AddHostedService<ActivityFeed>();
        services.AddSingleton<HubLifetimeManager<WalletHub>, HubConnections>();
    }

    /// <summary>
    /// Maps the hub. It is open to everybody because a client learns by the hub's own words, and not by a status, that its token is
    /// no good; nothing is sent to it before.
    /// </summary>
    /// <exception cref="OptionsValidationException">A setting of the section Push is wrong.</exception>
    public static void Map(WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<PushOptions>>().Value;
        app.MapHub<WalletHub>(WalletHub.Path, connection =>
            {
                connection.CloseOnAuthenticationExpiration = true;
                connection.ApplicationMaxBufferSize = ApiLimits.MaxHubBufferBytes;
                connection.TransportMaxBufferSize = ApiLimits.MaxHubBufferBytes;

                // The hub itself drops slow clients, and counts them; this is for what it does not send, such as pings.
                connection.TransportSendTimeout = options.SlowClient + ApiLimits.HubSendMargin;
            })
            .RequireAccess(Access.Open);
    }
}
