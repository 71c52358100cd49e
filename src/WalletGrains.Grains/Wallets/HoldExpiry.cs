using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <summary>
/// Ends holds whose time is over: a recurring job. The wallet's own clock has the last word, so a run that comes twice, late or too
/// early does no harm.
/// </summary>
public sealed partial class HoldExpiry(IJournal journal, IGrainFactory grains, TimeProvider time, ILogger<HoldExpiry> logger) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => "hold-expiry";

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(GrainLimits.SweepPeriod, GrainLimits.SweepTimeout);

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await RunAsync();
        return new JobOutcome.Done();
    }

    /// <summary>Ends every hold whose time is over.</summary>
    /// <returns>How many it ended.</returns>
    /// <exception cref="Contracts.UnavailableException">The store is away.</exception>
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
            return await grains.GetGrain<IWalletGrain>(walletId).ExpireHoldsAsync();
        }
        catch (Exception e)
        {
            LogLeft(logger, e, walletId);
            return 0;
        }
    }

    [LoggerMessage(1201, LogLevel.Information, "Ended {Count} holds whose time was over")]
    private static partial void LogExpired(ILogger logger, int count);

    [LoggerMessage(1203, LogLevel.Error, "The overdue holds of wallet {WalletId} could not be ended; the next run tries again")]
    private static partial void LogLeft(ILogger logger, Exception exception, Guid walletId);
}
