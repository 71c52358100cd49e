using Microsoft.Extensions.Options;
using WalletGrains.Api.Auth;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Protection;

namespace WalletGrains.Api.Tests.Protection;

/// <summary>What tests of the gate send through it.</summary>
internal static class Gated
{
    /// <summary>An operation that the gate counts and everybody may call.</summary>
    public static Operation Operation { get; } = new("id", "tag", "summary") { Access = Access.Open, Response = typeof(void) };

    /// <summary>Limits that refuse nobody, so that only places are missing.</summary>
    public static RateLimits Unlimited()
    {
        var options = new RateLimitOptions();
        options.Complete(isDevelopment: true);
        return new RateLimits(Options.Create(options));
    }
}
