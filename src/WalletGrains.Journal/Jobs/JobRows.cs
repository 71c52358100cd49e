namespace WalletGrains.Journal.Jobs;

/// <summary>How far a job has come.</summary>
public enum JobState : short
{
    /// <summary>It waits for its time and for a worker.</summary>
    Queued = 1,

    /// <summary>A worker has it until its time comes again.</summary>
    Running = 2,

    /// <summary>It is done.</summary>
    Done = 3,

    /// <summary>A dead letter: it failed for good, and an operator has to decide.</summary>
    Dead = 4,

    /// <summary>An operator decided that it need not be done.</summary>
    Discarded = 5,
}

/// <summary>Which jobs of a kind come first.</summary>
public enum JobLane : short
{
    /// <summary>Somebody waits for it: it overtakes all that is in the other lane.</summary>
    Priority = 0,

    /// <summary>In the order of their times.</summary>
    Normal = 1,
}

/// <summary>What a job does whose key is there already.</summary>
public enum JobRepeat
{
    /// <summary>Nothing: the work of a key is done once, for as long as its job is kept.</summary>
    Never,

    /// <summary>Joins a job that waits or runs, and begins anew behind one that is over. One that waits gets the more urgent
    /// lane of the two and, when it was not tried yet, the earlier time.</summary>
    WhenOver,

    /// <summary>Like <see cref="WhenOver"/>, and a job that runs is done once more behind its end: it may have looked at the world before
    /// what it is enqueued for.</summary>
    WhenBegun,

    /// <summary>Like <see cref="WhenBegun"/>, and no failure makes it wait: one that waits gets the earlier time however often it was tried, and one that runs
    /// is done once more at once, also behind a failure, with its attempts counted on. An operator wants it.</summary>
    AtOnce,
}

/// <summary>Work to be done.</summary>
/// <param name="JobId">The job; of version 7, so that lists are in the order of time.</param>
/// <param name="Kind">Which handler does it; 1 to 64 bytes.</param>
/// <param name="Key">What it is about, unique in its kind; 1 to 512 bytes.</param>
/// <param name="Payload">What the handler has to know, in bytes the store knows no meaning of; up to 64 KB.</param>
/// <param name="DueAt">Not before this time; null for <see cref="DueIn"/>, and for now when that is null as well.</param>
/// <param name="Lane">Which jobs of the kind it comes before.</param>
/// <param name="Repeat">What becomes of it when its key is there already.</param>
public sealed record NewJob(
    Guid JobId,
    string Kind,
    string Key,
    ReadOnlyMemory<byte> Payload,
    DateTimeOffset? DueAt = null,
    JobLane Lane = JobLane.Normal,
    JobRepeat Repeat = JobRepeat.Never)
{
    /// <summary>How long from now it may be begun, by the clock of the store; null for <see cref="DueAt"/>.</summary>
    public TimeSpan? DueIn { get; init; }
}

/// <summary>The row of a job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Kind">Which handler does it.</param>
/// <param name="Key">What it is about.</param>
/// <param name="Lane">Which jobs of the kind it comes before.</param>
/// <param name="Payload">What the handler has to know.</param>
/// <param name="State">How far it has come.</param>
/// <param name="DueAt">When it may be taken; while it runs, the end of its lease.</param>
/// <param name="Attempts">How often it was begun since it was enqueued, done last, or retried by an operator.</param>
/// <param name="LeaseOwner">Who had it last.</param>
/// <param name="LastError">Why it is not done; null when it did not fail.</param>
/// <param name="Result">What came of it, in bytes the store knows no meaning of; up to 64 KB.</param>
/// <param name="CreatedAt">When it was enqueued.</param>
/// <param name="UpdatedAt">When it was taken, settled or decided on last.</param>
public sealed record JobRow(
    Guid JobId,
    string Kind,
    string Key,
    JobLane Lane,
    ReadOnlyMemory<byte> Payload,
    JobState State,
    DateTimeOffset DueAt,
    int Attempts,
    string? LeaseOwner,
    string? LastError,
    ReadOnlyMemory<byte>? Result,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>How fast the jobs of a kind may be begun, over the whole cluster: a token bucket.</summary>
/// <param name="PerSecond">Tokens that come in a second.</param>
/// <param name="Burst">Tokens that the bucket holds.</param>
/// <param name="Reserved">Tokens that only the priority lane takes; below <paramref name="Burst"/>.</param>
/// <param name="BucketOf">The kind whose bucket it is, where several take their tokens from one; null for the kind's own.</param>
public sealed record JobRate(double PerSecond, int Burst, int Reserved = 0, string? BucketOf = null);

/// <summary>How many jobs of a kind there are.</summary>
/// <param name="Priority">Those that wait in the priority lane.</param>
/// <param name="Normal">Those that wait in the other one.</param>
/// <param name="Running">Those that run.</param>
public readonly record struct JobCounts(int Priority, int Normal, int Running);

/// <summary>Asks for jobs to run.</summary>
/// <param name="Kind">Of this kind.</param>
/// <param name="Owner">Who asks; shown to operators.</param>
/// <param name="Token">The name of the lease, new for every claim.</param>
/// <param name="Lease">How long the jobs are the worker's, unless it extends that.</param>
/// <param name="Limit">At most so many; 1 to <see cref="JournalLimits.MaxPage"/>.</param>
/// <param name="Concurrency">As many of the kind may run in the cluster.</param>
/// <param name="Rate">How fast they may be begun; null for any rate.</param>
public sealed record JobClaim(string Kind, string Owner, Guid Token, TimeSpan Lease, int Limit, int Concurrency, JobRate? Rate)
{
    /// <summary>The kind whose tokens it takes.</summary>
    internal string Bucket => Rate?.BucketOf ?? Kind;
}

/// <summary>A job that a worker has.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Key">What it is about.</param>
/// <param name="Lane">The lane it was taken from.</param>
/// <param name="Payload">What the handler has to know.</param>
/// <param name="Token">The name of the lease.</param>
/// <param name="DueAt">The time for which it was taken.</param>
/// <param name="ClaimedAt">The present of the claim, by the clock of the store; not before <paramref name="DueAt"/>.</param>
/// <param name="Attempts">How often it was begun, this time included.</param>
public sealed record ClaimedJob(
    Guid JobId, string Key, JobLane Lane, ReadOnlyMemory<byte> Payload, Guid Token, DateTimeOffset DueAt, DateTimeOffset ClaimedAt, int Attempts);

/// <summary>What becomes of a job that a worker has.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Token">The name of the worker's lease.</param>
/// <param name="State">Its state: anything but running and discarded.</param>
/// <param name="Attempts">The attempts that count from now on.</param>
/// <param name="Error">Why it is not done; null when it did not fail.</param>
public sealed record JobSettlement(Guid JobId, Guid Token, JobState State, int Attempts, string? Error = null)
{
    /// <summary>When a queued job is due; null for <see cref="DueIn"/>.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>How long from now a queued job is due, by the clock of the store.</summary>
    public TimeSpan? DueIn { get; init; }

    /// <summary>The lane it is in from now on; null for the one that it has.</summary>
    public JobLane? Lane { get; init; }

    /// <summary>What came of it.</summary>
    public ReadOnlyMemory<byte>? Result { get; init; }
}

/// <summary>A lease that a worker holds.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Token">The name of the lease.</param>
public readonly record struct JobLease(Guid JobId, Guid Token);

/// <summary>Which jobs to list, the newest first.</summary>
/// <param name="Kind">Only this kind; null for all.</param>
/// <param name="State">Only in this state; null for all.</param>
/// <param name="Before">Only those with a lower id; null for the newest page.</param>
/// <param name="Limit">At most so many; 1 to <see cref="JournalLimits.MaxPage"/>.</param>
public sealed record JobQuery(string? Kind, JobState? State, Guid? Before, int Limit);
