using WalletGrains.Journal;
using WalletGrains.Journal.Jobs;
using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.World;

/// <summary>The rows of jobs, with faults around each write, and an auditor that is told of what was written.</summary>
internal sealed class SimulatedJobs(TimeProvider clock, CommitInterceptor interceptor, JobBooks books) : IJobStore
{
    private readonly MemoryJobStore _durable = new(clock);

    /// <summary>What is durable, for stores that write jobs with what they follow from.</summary>
    public MemoryJobStore Durable => _durable;

    /// <summary>Writes a job without faults.</summary>
    public async Task EnqueueDurablyAsync(NewJob job)
    {
        await _durable.EnqueueAsync(job, CancellationToken.None);
        NoteEnqueued(job);
    }

    /// <summary>Another store may have written this job.</summary>
    public void NoteEnqueued(NewJob job) => books.NoteEnqueued(job.Kind, job.Key, isNew: _durable.FindAsync(job.JobId, CancellationToken.None).Result is not null);

    public Task EnqueueAsync(NewJob job, CancellationToken cancellationToken) => EnqueueAsync([job], cancellationToken);

    public Task EnqueueAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) => CommitAsync(
        async () =>
        {
            foreach (var job in jobs)
            {
                await EnqueueDurablyAsync(job);
            }

            return true;
        },
        static _ => { });

    public Task<IReadOnlyList<ClaimedJob>> ClaimAsync(JobClaim claim, CancellationToken cancellationToken) =>
        CommitAsync(() => _durable.ClaimAsync(claim, cancellationToken), jobs => books.NoteClaimed(claim, jobs));

    public Task<IReadOnlyList<JobLease>> ExtendAsync(IReadOnlyList<JobLease> leases, TimeSpan lease, CancellationToken cancellationToken) =>
        CommitAsync(() => _durable.ExtendAsync(leases, lease, cancellationToken), lost => books.NoteExtended(leases.Except(lost), lease));

    public Task<JobState?> SettleAsync(JobSettlement settlement, CancellationToken cancellationToken) => CommitAsync(
        () => _durable.SettleAsync(settlement, cancellationToken),
        settled => books.NoteSettled(settlement, settled is not null, _durable.FindAsync(settlement.JobId, cancellationToken).Result!));

    public Task<TimeSpan?> FindNextDueAsync(string kind, CancellationToken cancellationToken) => _durable.FindNextDueAsync(kind, cancellationToken);

    public Task<JobCounts> CountAsync(string kind, int limit, CancellationToken cancellationToken) =>
        _durable.CountAsync(kind, limit, cancellationToken);

    public Task<IReadOnlyList<JobRow>> ReadAsync(JobQuery query, CancellationToken cancellationToken) => _durable.ReadAsync(query, cancellationToken);

    public Task<JobRow?> FindAsync(Guid jobId, CancellationToken cancellationToken) => _durable.FindAsync(jobId, cancellationToken);

    public Task<bool> RetryAsync(Guid jobId, CancellationToken cancellationToken) => CommitAsync(
        () => _durable.RetryAsync(jobId, cancellationToken),
        isRetried =>
        {
            if (isRetried)
            {
                books.NoteRetried(jobId);
            }
        });

    public Task<bool> DiscardAsync(Guid jobId, CancellationToken cancellationToken) => _durable.DiscardAsync(jobId, cancellationToken);

    public Task<int> PurgeAsync(TimeSpan age, int limit, CancellationToken cancellationToken) => _durable.PurgeAsync(age, limit, cancellationToken);

    private async Task<T> CommitAsync<T>(Func<Task<T>> commit, Action<T> committed)
    {
        await interceptor(CommitPoint.Before, Guid.Empty);
        var result = await commit();
        committed(result);
        await interceptor(CommitPoint.After, Guid.Empty);
        return result;
    }
}
