using Microsoft.Extensions.Logging;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <summary>
/// Ends holds whose time is over. Woken by a reminder every minute; the wallet's own clock has the last word, so a tick that
/// comes twice, late or too early does no harm.
/// </summary>
public sealed partial class HoldExpiryGrain(IJournal journal, TimeProvider time, ILogger<HoldExpiryGrain> logger)
    : Grain, IHoldExpiryGrain, IRemindable
{
    private const string ReminderName = "hold-expiry";

    /// <inheritdoc />
    public Task StartAsync() => this.RegisterOrUpdateReminder(ReminderName, GrainLimits.SweepPeriod, GrainLimits.SweepPeriod);

    /// <inheritdoc />
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        try
        {
            await RunAsync();
        }
        catch (UnavailableException e)
        {
            // The next tick tries again; the money is held a little longer.
            LogPostponed(logger, e);
        }
    }

    /// <inheritdoc />
    public async Task<int> RunAsync()
    {
        var now = time.GetUtcNow();
        var ended = await Sweep.RunAsync<HoldRow, Guid>(
            (last, limit) => journal.ReadExpiredHoldsAsync(now, last, limit, CancellationToken.None),
            row => row.WalletId,
            GrainLimits.ExpiryConcurrency,
            ExpireAsync);
        if (ended > 0)
        {
            LogExpired(logger, ended);
        }

        return ended;
    }

    private async Task<int> ExpireAsync(Guid walletId)
    {
        try
        {
            return await GrainFactory.GetGrain<IWalletGrain>(walletId).ExpireHoldsAsync();
        }
        catch (Exception e)
        {
            LogLeft(logger, e, walletId);
            return 0;
        }
    }

    [LoggerMessage(1201, LogLevel.Information, "Ended {Count} holds whose time was over")]
    private static partial void LogExpired(ILogger logger, int count);

    [LoggerMessage(1202, LogLevel.Warning, "The expiry of holds waits for the store")]
    private static partial void LogPostponed(ILogger logger, Exception exception);

    [LoggerMessage(1203, LogLevel.Error, "The overdue holds of wallet {WalletId} could not be ended; the next run tries again")]
    private static partial void LogLeft(ILogger logger, Exception exception, Guid walletId);
}
