using Orleans.Concurrency;
using WalletGrains.Contracts.Activity;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Grains.Activity;

/// <summary>Reads of what became durable. A stateless worker: every silo has its own, and calls do not wait for one another.</summary>
[StatelessWorker]
[Reentrant]
public sealed class ActivityGrain(IActivityLog log, ActivityOptions options) : Grain, IActivityGrain
{
    /// <inheritdoc />
    public Task<long> FindEndAsync() => Outage.GuardAsync(() => log.FindEndAsync(CancellationToken.None));

    /// <inheritdoc />
    public async Task<ActivityBatch> ReadAsync(int partition, long from)
    {
        var query = new ActivityQuery(partition, options.Partitions, from, GrainLimits.ActivityPage);
        return ActivityRows.ToBatch(query, await Outage.GuardAsync(() => log.ReadAsync(query, CancellationToken.None)));
    }
}
