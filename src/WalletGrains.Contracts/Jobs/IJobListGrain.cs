using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Contracts.Jobs;

/// <summary>How far a job has come.</summary>
public enum JobStatus
{
    /// <summary>It waits for its time and for a worker.</summary>
    Queued = 1,

    /// <summary>A worker has it.</summary>
    Running = 2,

    /// <summary>It is done.</summary>
    Done = 3,

    /// <summary>It failed for good, and an operator has to decide.</summary>
    Dead = 4,

    /// <summary>An operator decided that it need not be done.</summary>
    Discarded = 5,
}

/// <summary>A job as operators see it.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="Kind">Which handler does it.</param>
/// <param name="Key">What it is about, unique in its kind.</param>
/// <param name="IsPriority">It overtakes the others of its kind.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="DueAt">When it may be taken; while it runs, when its worker is given up.</param>
/// <param name="Attempts">How often it was begun.</param>
/// <param name="Worker">Who had it last; null when nobody had.</param>
/// <param name="LastError">Why it is not done; null when it did not fail.</param>
/// <param name="Payload">What the handler has to know.</param>
/// <param name="Result">What came of it; null when nothing is kept.</param>
/// <param name="CreatedAt">When it was enqueued.</param>
/// <param name="UpdatedAt">When it was taken, settled or decided on last.</param>
[GenerateSerializer]
[Immutable]
[Alias("walletgrains.Job")]
public sealed record Job(
    [property: Id(0)] Guid JobId,
    [property: Id(1)] string Kind,
    [property: Id(2)] string Key,
    [property: Id(3)] bool IsPriority,
    [property: Id(4)] JobStatus Status,
    [property: Id(5)] DateTimeOffset DueAt,
    [property: Id(6)] int Attempts,
    [property: Id(7)] string? Worker,
    [property: Id(8)] string? LastError,
    [property: Id(9)] string Payload,
    [property: Id(10)] string? Result,
    [property: Id(11)] DateTimeOffset CreatedAt,
    [property: Id(12)] DateTimeOffset UpdatedAt);

/// <summary>Why an operator's decision on a job is not taken.</summary>
public enum DeadLetterRefusal
{
    /// <summary>The job is no dead letter, or not any more.</summary>
    NotDead = 1,

    /// <summary>It was discarded, which is for ever.</summary>
    Discarded = 2,

    /// <summary>Money is held for a payment that waits for it.</summary>
    PaymentWaits = 3,
}

/// <summary>What came of an operator's decision on a dead letter.</summary>
/// <param name="Job">The job behind it; null when there is none with this id.</param>
/// <param name="Refusal">Why it is not what was asked for; null when it is, by this call or an earlier one, and when there is no job.</param>
[GenerateSerializer]
[Immutable]
[Alias("walletgrains.DeadLetterDecision")]
public sealed record DeadLetterDecision([property: Id(0)] Job? Job, [property: Id(2)] DeadLetterRefusal? Refusal);

/// <summary>Lists of jobs for operators, straight from the store, and their decisions. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IJobListGrain")]
public interface IJobListGrain : IGrainWithIntegerKey
{
    /// <summary>A page of jobs, the newest first.</summary>
    /// <param name="kind">Only this kind; null for all.</param>
    /// <param name="status">Only those that have come so far; null for all.</param>
    /// <param name="before">The last job of the page before; null for the first page.</param>
    /// <param name="limit">At most so many, up to <see cref="Limits.MaxPageSize"/>.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("List")]
    Task<Page<Job>> ListAsync(string? kind, JobStatus? status, Guid? before, int limit);

    /// <summary>The job with this id; null when there is none.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Find")]
    Task<Job?> FindAsync(Guid jobId);

    /// <summary>Queues a dead letter again, with all its attempts before it. One that was retried already, or ended since, stays as it is;
    /// one that was discarded is not retried.</summary>
    /// <exception cref="UnavailableException">The store is away; the call may be repeated.</exception>
    [Alias("Retry")]
    Task<DeadLetterDecision> RetryAsync(Guid jobId);

    /// <summary>Discards a dead letter; one that was discarded already stays so. A job that is no dead letter is not discarded, and a dead letter that a
    /// payment waits for stays one.</summary>
    /// <exception cref="UnavailableException">The store is away; the call may be repeated.</exception>
    [Alias("Discard")]
    Task<DeadLetterDecision> DiscardAsync(Guid jobId);
}
