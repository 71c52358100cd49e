using Orleans.Concurrency;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal.Fraud;

namespace WalletGrains.Grains.Fraud;

/// <summary>The alerts for operators. A stateless worker: every silo has its own, and calls do not wait for one another.</summary>
[StatelessWorker]
[Reentrant]
public sealed class FraudAlertGrain(IFraudStore store, TimeProvider time) : Grain, IFraudAlertGrain
{
    /// <inheritdoc />
    public async Task<Page<FraudAlert>> ListAsync(FraudAlertQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);

        // One more than asked for tells whether there is a next page.
        var rows = await Outage.GuardAsync(() => store.ReadAsync(query.IsOpen, query.WalletId, query.Before, query.Limit + 1, CancellationToken.None));
        return new Page<FraudAlert>(rows.Take(query.Limit).Select(FraudRows.ToAlert).ToList(), rows.Count > query.Limit);
    }

    /// <inheritdoc />
    public Task<FraudAlert?> ResolveAsync(Guid alertId, Guid operatorId, string? note) => Outage.GuardWriteAsync(async () =>
    {
        await store.ResolveAsync(alertId, operatorId, note, time.GetUtcMilliseconds(), CancellationToken.None);
        return await store.FindAsync(alertId, CancellationToken.None) is { } row ? FraudRows.ToAlert(row) : null;
    });
}
