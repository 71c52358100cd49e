using WalletGrains.Journal.Jobs;

namespace WalletGrains.Simulation.World;

/// <content>Jobs, in the same database.</content>
internal sealed partial class DatabaseConnection : IJobStore
{
    public Task EnqueueAsync(NewJob job, CancellationToken cancellationToken) => EnqueueAsync([job], cancellationToken);

    public Task EnqueueAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) => Write(async () =>
    {
        await database.Jobs.EnqueueAsync(jobs, cancellationToken);
        return true;
    });

    public Task<IReadOnlyList<ClaimedJob>> ClaimAsync(JobClaim claim, CancellationToken cancellationToken) =>
        Write(() => database.Jobs.ClaimAsync(claim, cancellationToken));

    public Task<IReadOnlyList<JobLease>> ExtendAsync(IReadOnlyList<JobLease> leases, TimeSpan lease, CancellationToken cancellationToken) =>
        Write(() => database.Jobs.ExtendAsync(leases, lease, cancellationToken));

    public Task<JobState?> SettleAsync(JobSettlement settlement, CancellationToken cancellationToken) =>
        Write(() => database.Jobs.SettleAsync(settlement, cancellationToken));

    public Task<TimeSpan?> FindNextDueAsync(string kind, CancellationToken cancellationToken) =>
        Read(() => database.Jobs.FindNextDueAsync(kind, cancellationToken));

    public Task<JobCounts> CountAsync(string kind, int limit, CancellationToken cancellationToken) =>
        Read(() => database.Jobs.CountAsync(kind, limit, cancellationToken));

    Task<IReadOnlyList<JobRow>> IJobStore.ReadAsync(JobQuery query, CancellationToken cancellationToken) =>
        Read(() => database.Jobs.ReadAsync(query, cancellationToken));

    Task<JobRow?> IJobStore.FindAsync(Guid jobId, CancellationToken cancellationToken) =>
        Read(() => database.Jobs.FindAsync(jobId, cancellationToken));

    public Task<bool> RetryAsync(Guid jobId, CancellationToken cancellationToken) =>
        Write(() => database.Jobs.RetryAsync(jobId, cancellationToken));

    public Task<bool> DiscardAsync(Guid jobId, CancellationToken cancellationToken) =>
        Write(() => database.Jobs.DiscardAsync(jobId, cancellationToken));

    public Task<int> PurgeAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        Write(() => database.Jobs.PurgeAsync(age, limit, cancellationToken));
}
