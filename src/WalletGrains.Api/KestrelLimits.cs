using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace WalletGrains.Api;

/// <summary>What a connection may cost the server.</summary>
internal static class KestrelLimits
{
    /// <summary>
    /// Sets the limits of the front door. A body must keep a minimum rate, and so must whoever reads a long answer, and no answer begins
    /// later than a grain call may: so no request keeps its place for long, let alone for ever. The number of connections is configured, see <see cref="Protection.OverloadOptions"/>.
    /// </summary>
    public static void Apply(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = ApiLimits.MaxDrainedBytes;
        options.Limits.MaxRequestHeadersTotalSize = ApiLimits.MaxHeaderBytes;
        options.Limits.MaxRequestHeaderCount = ApiLimits.MaxHeaders;
        options.Limits.MaxRequestLineSize = ApiLimits.MaxRequestLineBytes;
        options.Limits.KeepAliveTimeout = ApiLimits.KeepAlive;
        options.Limits.RequestHeadersTimeout = ApiLimits.RequestHeaders;
        options.Limits.MinRequestBodyDataRate = new MinDataRate(ApiLimits.MinBodyRate, gracePeriod: TimeSpan.FromSeconds(5));
        options.Limits.MinResponseDataRate = new MinDataRate(ApiLimits.MinAnswerRate, gracePeriod: TimeSpan.FromSeconds(10));
    }
}
