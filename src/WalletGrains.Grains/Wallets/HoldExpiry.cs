using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <summary>
/// Ends holds whose time is over: a recurring job. The wallet's own clock has the last word, so a run that comes twice, late or too
/// early does no harm.
/// </summary>
public sealed class HoldExpiry(IJournal journal, IGrainFactory grains, TimeProvider time, ILogger<HoldExpiry> logger) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => "hold-expiry";

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(GrainLimits.SweepPeriod, GrainLimits.SweepTimeout);

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken) => (await SweepAsync()).Outcome;

    /// <summary>Ends every hold whose time is over.</summary>
    /// <returns>How many it ended.</returns>
    /// <exception cref="Contracts.UnavailableException">The store is away.</exception>
    public async Task<int> RunAsync() => (await SweepAsync()).Ended;

    private Task<SweepRun> SweepAsync()
    {
        var now = time.GetUtcNow();
        return Sweep.RunAsync<HoldRow, Guid>(
            Kind,
            (last, limit) => journal.ReadExpiredHoldsAsync(now, last, limit, CancellationToken.None),
            row => row.WalletId,
            GrainLimits.ExpiryConcurrency,
            walletId => grains.GetGrain<IWalletGrain>(walletId).ExpireHoldsAsync(),
            logger);
    }
}
