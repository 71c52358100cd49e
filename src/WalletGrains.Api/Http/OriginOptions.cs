using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Errors;

namespace WalletGrains.Api.Http;

/// <summary>Which web pages may call this Api from a browser; section <c>Cors</c> of the configuration.</summary>
public sealed class OriginOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Cors";

    /// <summary>Every page, without credentials; for Development only.</summary>
    public const string Any = "*";

    private const int MaxOrigins = 64;

    /// <summary>How long a browser may remember that it may call; the longest that Chromium takes.</summary>
    private static readonly TimeSpan PreflightAge = TimeSpan.FromHours(2);

    /// <summary>
    /// Origins with commas between them, such as https://app.example.com, or <see cref="Any"/>. When not set: any in Development,
    /// else none but the host's own.
    /// </summary>
    public string? Origins { get; set; }

    private string[] List => Origins?.Split(',', StringSplitOptions.TrimEntries) ?? [];

    /// <summary>
    /// Lets the pages in. Credentials (cookies) are never looked at, but a browser asks for the word all the same before it hands
    /// an answer to a page that sent some, as the push client does by default.
    /// </summary>
    internal void Apply(CorsPolicyBuilder policy)
    {
        policy.AllowAnyHeader()
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithExposedHeaders(CorrelationId.HeaderName, Answer.ReplayHeader, "Location", "Link", "Retry-After")
            .SetPreflightMaxAge(PreflightAge);
        if (Origins == Any)
        {
            policy.AllowAnyOrigin();
            return;
        }

        policy.WithOrigins(List).AllowCredentials();
    }

    /// <summary>Refuses to start with an origin that no browser would ever send, or with any where it must be exact.</summary>
    internal sealed class Validator(IHostEnvironment environment) : IValidateOptions<OriginOptions>
    {
        public ValidateOptionsResult Validate(string? name, OriginOptions options)
        {
            if (options.Origins == Any)
            {
                return environment.IsDevelopment()
                    ? ValidateOptionsResult.Success
                    : ValidateOptionsResult.Fail($"Cors:Origins is '*', which is for Development; name each origin in {environment.EnvironmentName}, such as https://app.example.com.");
            }

            if (options.List.Length > MaxOrigins)
            {
                return ValidateOptionsResult.Fail($"Cors:Origins has {options.List.Length} origins; it may have {MaxOrigins}.");
            }

            var wrong = options.List.Where(origin => !IsOrigin(origin)).ToList();
            return wrong.Count == 0
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail($"Cors:Origins has '{wrong[0]}'; an origin is scheme, host and port only, in lower case, such as https://app.example.com.");
        }

        /// <summary>As browsers write it: another spelling would never match.</summary>
        private static bool IsOrigin(string text) =>
            Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && text == uri.GetLeftPart(UriPartial.Authority)
            && uri.UserInfo.Length == 0
            && !text.Contains('*', StringComparison.Ordinal);
    }
}
