using Microsoft.Extensions.Logging;
using WalletGrains.Contracts;

namespace WalletGrains.Grains.Wallets;

internal sealed partial class WalletPipeline
{
    [LoggerMessage(1001, LogLevel.Critical, "Wallet {WalletId}: the append of request {RequestId} failed; an invariant is broken")]
    private static partial void LogAppendFailed(ILogger logger, Exception exception, Guid walletId, RequestId requestId);

    [LoggerMessage(1002, LogLevel.Error, "Wallet {WalletId} could not be loaded")]
    private static partial void LogLoadFailed(ILogger logger, Exception exception, Guid walletId);
}
