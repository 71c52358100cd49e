using WalletGrains.Contracts.Jobs;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Jobs;

/// <summary>
/// Does the jobs of one kind. A job may be begun again at any time, even while its last worker is still at it: so what a handler does
/// must be safe to do twice, by request ids, references or conditions of its own.
/// </summary>
public interface IJobHandler
{
    /// <summary>The kind; for ever, since rows and reminders name it.</summary>
    string Kind { get; }

    /// <summary>How its jobs are run, unless the configuration says otherwise.</summary>
    JobPolicy Policy { get; }

    /// <summary>Does one job, in the turns of the kind's grain: it must await what takes long.</summary>
    /// <param name="job">The job.</param>
    /// <param name="cancellationToken">Ends with the job's time, its lease, or the silo. A handler that does not listen is left behind
    /// when its time is over.</param>
    /// <exception cref="Exception">Any: the job has failed and is tried again later.</exception>
    Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken);

    /// <summary>Discards one of its dead letters, since an operator says so. Jobs are forgotten after a while: a handler whose work must not come back then
    /// writes that down in the same transaction.</summary>
    /// <param name="jobId">The job. It may be discarded already.</param>
    /// <param name="jobs">The store of jobs.</param>
    /// <param name="cancellationToken">Gives up before anything is sent.</param>
    /// <returns>Why it was not discarded by this call; null when it was.</returns>
    async Task<DeadLetterRefusal?> DiscardAsync(Guid jobId, IJobStore jobs, CancellationToken cancellationToken) =>
        await jobs.DiscardAsync(jobId, cancellationToken) ? null : DeadLetterRefusal.NotDead;

    /// <summary>Another silo drives the kind now, or none: what this one tells of it in metrics is not kept up to date any more.</summary>
    void Leave()
    {
    }
}

/// <summary>A job for its handler.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Key">What it is about.</param>
/// <param name="Payload">What was enqueued with it.</param>
/// <param name="DueAt">The time for which it was taken.</param>
/// <param name="ClaimedAt">When it was taken: the present by the clock of the store, whatever this silo's says; not before <paramref name="DueAt"/>.</param>
/// <param name="Attempt">The number of this attempt, from 1.</param>
public sealed record JobRun(Guid JobId, string Key, ReadOnlyMemory<byte> Payload, DateTimeOffset DueAt, DateTimeOffset ClaimedAt, int Attempt)
{
    /// <summary>Somebody waits for it.</summary>
    public bool IsPriority { get; init; }

    /// <summary>When it fails it is a dead letter.</summary>
    public bool IsLastAttempt { get; init; }
}

/// <summary>What came of a job.</summary>
public abstract record JobOutcome
{
    private JobOutcome()
    {
    }

    /// <summary>Nobody waits for it any more: when it comes back it is in the normal lane, until somebody asks for it with priority again.</summary>
    public bool LeavesPriority { get; init; }

    /// <summary>It is done. One of a recurring kind is due again when its period has passed.</summary>
    /// <param name="Result">What is kept of it, up to 64 KB.</param>
    public sealed record Done(ReadOnlyMemory<byte>? Result = null) : JobOutcome;

    /// <summary>It failed and may succeed later.</summary>
    /// <param name="Error">Why, for operators.</param>
    /// <param name="After">How long to wait, where a third party said so; null for the policy's backoff.</param>
    public sealed record Retry(string Error, TimeSpan? After = null) : JobOutcome;

    /// <summary>It fails however often it is tried: a dead letter at once.</summary>
    /// <param name="Error">Why, for operators.</param>
    public sealed record Fail(string Error) : JobOutcome;

    /// <summary>It could not be tried, since a third party is not to be asked for a while, whatever about. No attempt; those before it still count.</summary>
    /// <param name="Wait">How long, after this is stored.</param>
    public sealed record Postponed(TimeSpan Wait) : JobOutcome;

    /// <summary>It is done for this time, and is due again.</summary>
    /// <param name="DueAt">When, by the clock of the store.</param>
    public sealed record Again(DateTimeOffset DueAt) : JobOutcome;

    /// <summary>It is done for this time, and is due again after a while.</summary>
    /// <param name="Wait">How long after its end is stored.</param>
    public sealed record AgainIn(TimeSpan Wait) : JobOutcome;
}
