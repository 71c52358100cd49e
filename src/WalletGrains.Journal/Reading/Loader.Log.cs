using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Reading;

internal sealed partial class Loader
{
    [LoggerMessage(2030, LogLevel.Error, "Loading wallets failed in an unexpected way; the loader goes on")]
    private static partial void LogUnexpected(ILogger logger, Exception exception);
}
