using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Fraud;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Statistics;

namespace WalletGrains.Simulation.World;

/// <content>Who follows the journal, in the same database.</content>
internal sealed partial class DatabaseConnection : IActivityLog, IActivityPositions, IStatisticsStore, IFraudStore
{
    public Task<long> FindEndAsync(CancellationToken cancellationToken) => Read(() => database.Log.FindEndAsync(cancellationToken));

    public Task<ActivityPage> ReadAsync(ActivityQuery query, CancellationToken cancellationToken) => Read(() => database.Log.ReadAsync(query, cancellationToken));

    public Task<ConsumerPlace> LoadAsync(string consumer, int partition, int partitions, CancellationToken cancellationToken) =>
        Read(() => database.Activity.Positions.LoadAsync(consumer, partition, partitions, cancellationToken));

    public Task<bool> MoveAsync(PositionMove move, CancellationToken cancellationToken) => Write(() => database.Activity.Positions.MoveAsync(move, cancellationToken));

    Task<IReadOnlyList<StatisticsRow>> IStatisticsStore.FindAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken) =>
        Read(() => database.Activity.Statistics.FindAsync(walletIds, cancellationToken));

    public Task<bool> WriteAsync(PositionMove move, IReadOnlyList<StatisticsRow> rows, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        Write(() => database.Activity.Statistics.WriteAsync(move, rows, jobs, cancellationToken));

    public Task<bool> AddAsync(StatisticsRow row, CancellationToken cancellationToken) => Write(() => database.Activity.Statistics.AddAsync(row, cancellationToken));

    public Task<bool> CorrectAsync(string consumer, StatisticsRow row, CancellationToken cancellationToken) =>
        Write(() => database.Activity.Statistics.CorrectAsync(consumer, row, cancellationToken));

    public Task<IReadOnlyList<Guid>?> WriteAsync(
        PositionMove move, IReadOnlyList<FraudFindingRow> findings, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        Write(() => database.Activity.Fraud.WriteAsync(move, findings, jobs, cancellationToken));

    Task<IReadOnlyList<FraudAlertRow>> IFraudStore.ReadAsync(bool? isOpen, Guid? walletId, Guid? before, int limit, CancellationToken cancellationToken) =>
        Read(() => database.Activity.Fraud.ReadAsync(isOpen, walletId, before, limit, cancellationToken));

    Task<FraudAlertRow?> IFraudStore.FindAsync(Guid alertId, CancellationToken cancellationToken) =>
        Read(() => database.Activity.Fraud.FindAsync(alertId, cancellationToken));

    public Task<IReadOnlyList<FraudAlertRow>> ReadToHoldAsync(int partition, int partitions, Guid after, int limit, CancellationToken cancellationToken) =>
        Read(() => database.Activity.Fraud.ReadToHoldAsync(partition, partitions, after, limit, cancellationToken));

    public Task MarkHeldAsync(Guid alertId, long findings, DateTimeOffset at, CancellationToken cancellationToken) => Write(async () =>
    {
        await database.Activity.Fraud.MarkHeldAsync(alertId, findings, at, cancellationToken);
        return true;
    });

    public Task ResolveAsync(Guid alertId, Guid resolvedBy, string? note, DateTimeOffset at, CancellationToken cancellationToken) => Write(async () =>
    {
        await database.Activity.Fraud.ResolveAsync(alertId, resolvedBy, note, at, cancellationToken);
        return true;
    });
}
