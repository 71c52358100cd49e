namespace WalletGrains.Journal.Jobs;

/// <summary>
/// The durable record of jobs. It decides between workers: a job has one lease at a time, and only the holder of the newest one
/// settles it. All times are judged by the store's own clock.
/// </summary>
/// <remarks>Every method throws <see cref="JournalUnavailableException"/> while the database is away; then nothing was
/// written. Those that write throw <see cref="JournalOutcomeUnknownException"/> when it may or may not be written, also later. All
/// methods may be called from many threads at once.</remarks>
public interface IJobStore
{
    /// <summary>Writes a job. In somebody else's transaction: <see cref="JobStatement.Enqueue(NewJob)"/>.</summary>
    /// <exception cref="JournalRejectedException">The database's own constraints refused it.</exception>
    Task EnqueueAsync(NewJob job, CancellationToken cancellationToken);

    /// <summary>Writes jobs of different keys, all of them or none.</summary>
    /// <param name="jobs">At most <see cref="JournalLimits.MaxEnqueued"/>.</param>
    /// <param name="cancellationToken">Gives up before anything is sent.</param>
    /// <exception cref="JournalRejectedException">The database's own constraints refused one.</exception>
    Task EnqueueAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken);

    /// <summary>
    /// Takes jobs that are due: of the priority lane first, then in the order of their times. Their attempts count from here, and
    /// when the answer is lost they wait for the end of their leases.
    /// </summary>
    Task<IReadOnlyList<ClaimedJob>> ClaimAsync(JobClaim claim, CancellationToken cancellationToken);

    /// <summary>Holds leases for so long from now.</summary>
    /// <returns>Those that were lost before.</returns>
    Task<IReadOnlyList<JobLease>> ExtendAsync(IReadOnlyList<JobLease> leases, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Settles a job. One that was asked for once more while it ran is due at once instead, and, unless it was queued anyway, with its attempts
    /// before it; only a queued one with an error, a failure that is tried again, waits as the settlement says, unless it was wanted
    /// <see cref="JobRepeat.AtOnce"/>.</summary>
    /// <returns>The state that the job has now; null when another worker has or had it since. A repeat is answered like the first time.</returns>
    /// <exception cref="JournalRejectedException">The database's own constraints refused it.</exception>
    Task<JobState?> SettleAsync(JobSettlement settlement, CancellationToken cancellationToken);

    /// <summary>How long it is until a job of the kind is due, zero or less when one is; null when there is none.</summary>
    Task<TimeSpan?> FindNextDueAsync(string kind, CancellationToken cancellationToken);

    /// <summary>How many jobs of the kind there are, each number counted up to a limit.</summary>
    Task<JobCounts> CountAsync(string kind, int limit, CancellationToken cancellationToken);

    /// <summary>A page of jobs, the newest first.</summary>
    Task<IReadOnlyList<JobRow>> ReadAsync(JobQuery query, CancellationToken cancellationToken);

    /// <summary>The job with this id; null when there is none.</summary>
    Task<JobRow?> FindAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>Queues a dead letter again, due at once and with its attempts before it; false when it is none.</summary>
    Task<bool> RetryAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>Discards a dead letter; false when it is none.</summary>
    Task<bool> DiscardAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>Deletes jobs that have been done or discarded for so long.</summary>
    /// <param name="age">How long.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up before anything is sent.</param>
    /// <returns>How many it deleted.</returns>
    Task<int> PurgeAsync(TimeSpan age, int limit, CancellationToken cancellationToken);
}
