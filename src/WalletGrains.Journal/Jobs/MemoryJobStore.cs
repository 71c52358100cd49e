namespace WalletGrains.Journal.Jobs;

/// <summary>Jobs in memory with the observable behaviour of <see cref="PostgresJobStore"/>, for tests and simulations.</summary>
/// <param name="time">The store's clock.</param>
/// <param name="interceptor">Called around every write, with the id of the job or none; see <see cref="CommitInterceptor"/>.</param>
public sealed class MemoryJobStore(TimeProvider time, CommitInterceptor? interceptor = null) : IJobStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Kind, string Key), Leased> _jobs = [];
    private readonly Dictionary<string, (double Tokens, DateTimeOffset RefilledAt)> _buckets = [];

    internal DateTimeOffset Now => time.GetUtcNow().Stored();

    /// <inheritdoc/>
    public Task EnqueueAsync(NewJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return CommitAsync(job.JobId, () =>
        {
            Enqueue(job);
            return true;
        });
    }

    /// <inheritdoc/>
    public Task EnqueueAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(jobs.Count, JournalLimits.MaxEnqueued, nameof(jobs));
        return CommitAsync(Guid.Empty, () =>
        {
            foreach (var job in jobs)
            {
                StoredForm.Check(job);
            }

            foreach (var job in jobs)
            {
                Enqueue(job);
            }

            return true;
        });
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ClaimedJob>> ClaimAsync(JobClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        AppendShape.CheckLimit(claim.Limit);
        return CommitAsync<IReadOnlyList<ClaimedJob>>(Guid.Empty, () =>
        {
            var now = Now;
            var ofKind = _jobs.Values.Where(job => job.Row.Kind == claim.Kind).ToList();
            var places = Math.Min(claim.Limit, claim.Concurrency - ofKind.Count(job => job.Row.State is JobState.Running && job.Row.DueAt > now));
            var tokens = TokensOf(claim, now);
            places = claim.Rate is null ? places : Math.Min(places, (int)tokens);
            var due = ofKind
                .Where(job => job.Row.State is JobState.Queued or JobState.Running && job.Row.DueAt <= now)
                .OrderBy(job => (job.Row.Lane, job.Row.DueAt, job.Row.JobId))
                .Where((job, taken) => job.Row.Lane is JobLane.Priority || claim.Rate is not { } rate || taken < (int)(tokens - rate.Reserved))
                .Take(Math.Max(0, places))
                .ToList();
            if (claim.Rate is not null && due.Count > 0)
            {
                _buckets[claim.Bucket] = (tokens - due.Count, now);
            }

            return [.. due.Select(job => Lease(job.Row, claim, now))];
        });
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobLease>> ExtendAsync(IReadOnlyList<JobLease> leases, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leases);
        return CommitAsync<IReadOnlyList<JobLease>>(Guid.Empty, () =>
        {
            var lost = new List<JobLease>();
            foreach (var held in leases)
            {
                if (Find(held.JobId) is { Row.State: JobState.Running } job && job.Token == held.Token)
                {
                    Put(job with { Row = job.Row with { DueAt = (Now + lease).Stored() } });
                }
                else
                {
                    lost.Add(held);
                }
            }

            return lost;
        });
    }

    /// <inheritdoc/>
    public Task<JobState?> SettleAsync(JobSettlement settlement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settlement);
        return CommitAsync<JobState?>(settlement.JobId, () =>
        {
            if (Find(settlement.JobId) is not { } job || job.Token != settlement.Token)
            {
                return null;
            }

            if (job.Row.State is JobState.Running)
            {
                var isQueued = settlement.State is JobState.Queued;
                var lane = settlement.Lane ?? job.Row.Lane;
                var beginsAnew = job.Again is { } wish && (wish.IsAtOnce || !isQueued || settlement.Error is null);
                job = job with
                {
                    Again = null,
                    Row = job.Row with
                    {
                        State = beginsAnew ? JobState.Queued : settlement.State,
                        Lane = job.Again is not { Lane: var again } ? lane : isQueued ? More(lane, again) : again,
                        Attempts = beginsAnew && !isQueued ? 0 : settlement.Attempts,
                        DueAt = beginsAnew ? Now : (settlement.DueAt ?? (Now + settlement.DueIn) ?? job.Row.DueAt).Stored(),
                        LastError = settlement.Error,
                        Result = settlement.Result is { } result ? result.ToArray() : default(ReadOnlyMemory<byte>?),
                        UpdatedAt = Now,
                    },
                };
                Put(job);
            }

            return job.Row.State;
        });
    }

    /// <inheritdoc/>
    public Task<TimeSpan?> FindNextDueAsync(string kind, CancellationToken cancellationToken) => ReadAsync<TimeSpan?>(
        () => _jobs.Values
            .Where(job => job.Row.Kind == kind && job.Row.State is JobState.Queued or JobState.Running)
            .Min(job => (DateTimeOffset?)job.Row.DueAt) - Now,
        cancellationToken);

    /// <inheritdoc/>
    public Task<JobCounts> CountAsync(string kind, int limit, CancellationToken cancellationToken)
    {
        return ReadAsync(
            () => new JobCounts(
                Count(row => row is { State: JobState.Queued, Lane: JobLane.Priority }),
                Count(row => row is { State: JobState.Queued, Lane: JobLane.Normal }),
                Count(row => row.State is JobState.Running)),
            cancellationToken);

        int Count(Predicate<JobRow> condition) => Math.Min(limit, _jobs.Values.Count(job => job.Row.Kind == kind && condition(job.Row)));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobRow>> ReadAsync(JobQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        AppendShape.CheckLimit(query.Limit);
        return ReadAsync<IReadOnlyList<JobRow>>(
            () => [.. _jobs.Values
                .Select(job => job.Row)
                .Where(job => query.Kind is null || job.Kind == query.Kind)
                .Where(job => query.State is null || job.State == query.State)
                .Where(job => query.Before is null || job.JobId.CompareTo(query.Before.Value) < 0)
                .OrderByDescending(job => job.JobId)
                .Take(query.Limit)],
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<JobRow?> FindAsync(Guid jobId, CancellationToken cancellationToken) => ReadAsync(() => Find(jobId)?.Row, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RetryAsync(Guid jobId, CancellationToken cancellationToken) =>
        CommitAsync(jobId, () => Decide(jobId, job => job with { State = JobState.Queued, DueAt = Now, Attempts = 0 }));

    /// <inheritdoc/>
    public Task<bool> DiscardAsync(Guid jobId, CancellationToken cancellationToken) => CommitAsync(jobId, () => Discard(jobId));

    /// <inheritdoc/>
    public Task<int> PurgeAsync(TimeSpan age, int limit, CancellationToken cancellationToken) => CommitAsync(Guid.Empty, () =>
    {
        var old = _jobs
            .Where(job => job.Value.Row.State is JobState.Done or JobState.Discarded && job.Value.Row.UpdatedAt < Now - age)
            .OrderBy(job => (job.Value.Row.UpdatedAt, job.Value.Row.JobId))
            .Take(limit)
            .ToList();
        old.ForEach(job => _jobs.Remove(job.Key));
        return old.Count;
    });

    /// <summary>Writes a job with what it follows from, which another store has just written.</summary>
    internal void Enqueue(NewJob job)
    {
        lock (_lock)
        {
            StoredForm.Check(job);
            var now = Now;
            var fresh = new JobRow(
                job.JobId, job.Kind, job.Key, job.Lane, job.Payload.ToArray(), JobState.Queued, (job.DueAt ?? now + (job.DueIn ?? TimeSpan.Zero)).Stored(), 0, null, null, null, now, now);
            if (!_jobs.TryGetValue((job.Kind, job.Key), out var known))
            {
                Put(new Leased(fresh, null));
            }
            else if (job.Repeat is JobRepeat.Never)
            {
                return;
            }
            else if (known.Row.State is JobState.Done or JobState.Dead or JobState.Discarded)
            {
                Put(new Leased(fresh, null));
            }
            else if (known.Row.State is JobState.Running && job.Repeat is (JobRepeat.WhenBegun or JobRepeat.AtOnce))
            {
                Put(known with
                {
                    Again = new Wish(More(known.Again?.Lane ?? JobLane.Normal, fresh.Lane), job.Repeat is JobRepeat.AtOnce || known.Again?.IsAtOnce is true),
                });
            }
            else if (known.Row is { State: JobState.Queued }
                && (known.Row.Attempts == 0 || job.Repeat is JobRepeat.AtOnce) is var isHurried
                && (fresh.Lane < known.Row.Lane || (isHurried && fresh.DueAt < known.Row.DueAt)))
            {
                Put(known with
                {
                    Row = known.Row with
                    {
                        Lane = More(known.Row.Lane, fresh.Lane),
                        DueAt = isHurried && fresh.DueAt < known.Row.DueAt ? fresh.DueAt : known.Row.DueAt,
                        UpdatedAt = now,
                    },
                });
            }
        }
    }

    /// <summary>There is a job with this key, in whatever state.</summary>
    internal bool Contains(string kind, string key)
    {
        lock (_lock)
        {
            return _jobs.ContainsKey((kind, key));
        }
    }

    /// <summary>Discards a dead letter, with what another store makes of it.</summary>
    internal bool Discard(Guid jobId)
    {
        lock (_lock)
        {
            return Decide(jobId, static job => job with { State = JobState.Discarded });
        }
    }

    /// <summary>The job with this id, for another store; null when there is none.</summary>
    internal JobRow? FindRow(Guid jobId)
    {
        lock (_lock)
        {
            return Find(jobId)?.Row;
        }
    }

    private double TokensOf(JobClaim claim, DateTimeOffset now)
    {
        if (claim.Rate is not { } rate)
        {
            return 0;
        }

        if (!_buckets.TryGetValue(claim.Bucket, out var bucket))
        {
            return rate.Burst;
        }

        var elapsed = Math.Max(0, (now - bucket.RefilledAt).TotalSeconds);
        return Math.Min(rate.Burst, bucket.Tokens + (rate.PerSecond * elapsed));
    }

    private ClaimedJob Lease(JobRow job, JobClaim claim, DateTimeOffset now)
    {
        var again = _jobs[(job.Kind, job.Key)].Again;
        Put(new Leased(
            job with
            {
                State = JobState.Running,
                Attempts = job.Attempts + 1,
                LeaseOwner = claim.Owner,
                DueAt = (now + claim.Lease).Stored(),
                UpdatedAt = now,
            },
            claim.Token,
            again));
        return new ClaimedJob(job.JobId, job.Key, job.Lane, job.Payload, claim.Token, job.DueAt, now, job.Attempts + 1);
    }

    private bool Decide(Guid jobId, Func<JobRow, JobRow> change)
    {
        if (Find(jobId) is not { Row.State: JobState.Dead } job)
        {
            return false;
        }

        Put(job with { Row = change(job.Row) with { UpdatedAt = Now } });
        return true;
    }

    private static JobLane More(JobLane one, JobLane other) => one < other ? one : other;

    private Leased? Find(Guid jobId) => _jobs.Values.FirstOrDefault(job => job.Row.JobId == jobId);

    private void Put(Leased job)
    {
        StoredForm.Check(job.Row);
        _jobs[(job.Row.Kind, job.Row.Key)] = job;
    }

    private async Task<T> CommitAsync<T>(Guid jobId, Func<T> commit)
    {
        await (interceptor?.Invoke(CommitPoint.Before, jobId) ?? Task.CompletedTask);
        T result;
        lock (_lock)
        {
            result = commit();
        }

        await (interceptor?.Invoke(CommitPoint.After, jobId) ?? Task.CompletedTask);
        return result;
    }

    private Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(read());
        }
    }

    /// <summary>A job with the name of its newest lease, and how it is done once more behind its end.</summary>
    private sealed record Leased(JobRow Row, Guid? Token, Wish? Again = null);

    private sealed record Wish(JobLane Lane, bool IsAtOnce);
}
