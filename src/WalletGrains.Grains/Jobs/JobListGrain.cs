using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Jobs;

/// <summary>Lists of jobs and decisions on dead letters. A stateless worker: every silo has its own, and calls do not wait for one another.</summary>
[StatelessWorker]
[Reentrant]
public sealed class JobListGrain(IJobStore jobs, JobKinds kinds) : Grain, IJobListGrain
{
    /// <inheritdoc />
    public async Task<Page<Job>> ListAsync(string? kind, JobStatus? status, Guid? before, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, Limits.MaxPageSize);

        // One more than asked for tells whether there is a next page.
        var rows = await Outage.GuardAsync(() => jobs.ReadAsync(new JobQuery(kind, (JobState?)status, before, limit + 1), CancellationToken.None));
        return new Page<Job>(rows.Take(limit).Select(JobRows.ToJob).ToList(), rows.Count > limit);
    }

    /// <inheritdoc />
    public async Task<Job?> FindAsync(Guid jobId) =>
        await Outage.GuardAsync(() => jobs.FindAsync(jobId, CancellationToken.None)) is { } row ? JobRows.ToJob(row) : null;

    /// <inheritdoc />
    public async Task<DeadLetterDecision> RetryAsync(Guid jobId)
    {
        var isRetried = await Outage.GuardWriteAsync(() => jobs.RetryAsync(jobId, CancellationToken.None));
        var job = await FindAsync(jobId);
        if (isRetried && job is not null)
        {
            await GrainFactory.GetGrain<IJobGrain>(job.Kind).WakeAsync();
        }

        return new DeadLetterDecision(job, !isRetried && job is { Status: JobStatus.Discarded } ? DeadLetterRefusal.Discarded : null);
    }

    /// <inheritdoc />
    public async Task<DeadLetterDecision> DiscardAsync(Guid jobId)
    {
        if (await FindAsync(jobId) is not { } letter)
        {
            return new DeadLetterDecision(null, null);
        }

        // A kind that no version knows any more is nobody's but the store's.
        var refusal = await Outage.GuardWriteAsync(async () => kinds.Find(letter.Kind) is { Handler: var handler }
            ? await handler.DiscardAsync(jobId, jobs, CancellationToken.None)
            : await jobs.DiscardAsync(jobId, CancellationToken.None) ? null : DeadLetterRefusal.NotDead);
        var job = await FindAsync(jobId);
        return new DeadLetterDecision(job, job is { Status: not JobStatus.Discarded } ? refusal : null);
    }
}
