using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Clocks;

public sealed partial class ClockComparison
{
    [LoggerMessage(2040, LogLevel.Error, "Nobody knows what time it is, so wallets decide nothing: {Doubt}")]
    private static partial void LogDoubt(ILogger logger, string doubt);

    [LoggerMessage(2041, LogLevel.Information, "The clocks agree again; wallets decide")]
    private static partial void LogKnownAgain(ILogger logger);
}
