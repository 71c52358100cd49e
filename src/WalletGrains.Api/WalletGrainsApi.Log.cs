using Microsoft.Extensions.Logging;

namespace WalletGrains.Api;

internal static partial class WalletGrainsApiLog
{
    [LoggerMessage(3100, LogLevel.Information, "The front door is set up: tokens of {Issuer} for {Audience}, customers fund their own wallets: {AllowSelfFunding}")]
    public static partial void SetUp(ILogger logger, string issuer, string audience, bool allowSelfFunding);
}
