using System.Text;
using Orleans.InProcess.Simulation;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;
using WalletGrains.Simulation.Workload;

namespace WalletGrains.Simulation.Audit;

/// <summary>
/// Knows what must be of jobs. It sees every write of the store, and what the handlers really did: a job has one lease at a time, only
/// its newest holder writes what came of it, and limits hold over all silos.
/// </summary>
internal sealed class JobBooks(SimulatedWorld world, Coverage coverage)
{
    private readonly Dictionary<(string Kind, string Key), JobBook> _jobs = [];
    private readonly Dictionary<Guid, JobBook> _byId = [];
    private readonly Dictionary<string, (double Tokens, TimeSpan At)> _buckets = [];

    private readonly HashSet<string> _finalKinds = [Work.KindName];

    // Attempts that handlers ended.
    private readonly HashSet<(string Key, int Attempt)> _done = [];

    /// <summary>Whether everything that was enqueued for once has come to its end.</summary>
    public bool AreFinal => _jobs.Values.All(job => !_finalKinds.Contains(job.Kind) || job.IsFinal);

    /// <summary>Jobs of these kinds all come to their end.</summary>
    public void ExpectEnds(IEnumerable<string> kinds) => _finalKinds.UnionWith(kinds);

    /// <summary>Whether every job of a kind is done or dead.</summary>
    public bool AreOver(string kind) => _jobs.Values.All(job => job.Kind != kind || job.IsFinal);

    /// <summary>The dead letters of a kind.</summary>
    public IReadOnlyList<Guid> DeadOf(string kind) => [.. _byId.Where(job => job.Value.Kind == kind && job.Value.IsDead).Select(job => job.Key)];

    /// <summary>Whether a job was ever enqueued.</summary>
    public bool Knows(string kind, string key) => _jobs.ContainsKey((kind, key));

    /// <summary>Whether one with this beginning of its key was.</summary>
    public bool KnowsBeginning(string kind, string beginning) => _jobs.Keys.Any(job => job.Kind == kind && job.Key.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Whether a job is a dead letter.</summary>
    public bool IsDead(string kind, string key) => _jobs.GetValueOrDefault((kind, key)) is { IsDead: true };

    /// <summary>A job has been enqueued, as a new one or one that begins anew; or nothing happened, because there is one under its key.</summary>
    public void NoteEnqueued(string kind, string key, bool isNew)
    {
        if (isNew)
        {
            Require(!_jobs.TryGetValue((kind, key), out var before) || before.IsFinal, () => $"Job {key} begins anew while it is not over.");
            _jobs[(kind, key)] = new JobBook(kind, key);
        }
        else
        {
            Require(_jobs.ContainsKey((kind, key)), () => $"Job {key} is lost as it is enqueued.");
        }
    }

    /// <summary>An operator tries a dead letter once more.</summary>
    public void NoteRetried(Guid jobId)
    {
        var book = _byId[jobId];
        Require(book.IsDead, () => $"Job {book.Key} is retried and was no dead letter.");
        (book.IsFinal, book.IsDead, book.Attempts) = (false, false, 0);
        coverage.Note("dead letter retried");
    }

    public void NoteClaimed(JobClaim claim, IReadOnlyList<ClaimedJob> claimed)
    {
        world.Trace.Mix(claimed.Count);
        foreach (var job in claimed)
        {
            var book = _byId[job.JobId] = _jobs[(claim.Kind, job.Key)];
            Require(!book.IsFinal, () => $"Job {job.Key} is begun though it is over.");
            Require(book.LeaseEnd is null || book.LeaseEnd <= world.Now, () => $"Job {job.Key} is begun while somebody else holds it.");
            Require(job.Attempts == book.Attempts + 1, () => $"Job {job.Key} is begun for the {job.Attempts}. time after {book.Attempts}.");
            if (book.LeaseEnd is not null)
            {
                coverage.Note("job taken over from a lost lease");
            }

            (book.Token, book.LeaseEnd, book.Attempts) = (job.Token, world.Now + claim.Lease, job.Attempts);
        }

        var running = _jobs.Values.Count(job => job.Kind == claim.Kind && job.LeaseEnd > world.Now);
        Require(claimed.Count == 0 || running <= claim.Concurrency, () => $"{running} jobs of kind {claim.Kind} run at a time.");
        CheckRate(claim, claimed.Count);
    }

    public void NoteExtended(IEnumerable<JobLease> leases, TimeSpan lease)
    {
        foreach (var held in leases)
        {
            var book = _byId[held.JobId];
            Require(book.Token == held.Token && book.LeaseEnd is not null, () => $"A lease of job {book.Key} is held by one who has lost it.");
            book.LeaseEnd = world.Now + lease;
        }
    }

    public void NoteSettled(JobSettlement settlement, bool isSettled, JobRow row)
    {
        world.Trace.Mix((long)row.State);
        var book = _byId[settlement.JobId];
        if (!isSettled)
        {
            Require(book.Token != settlement.Token, () => $"Job {book.Key} is not settled by the one who holds it.");
            coverage.Note("job result refused for a lost lease");
            return;
        }

        Require(book.Token == settlement.Token, () => $"Job {book.Key} is settled by one who has lost it.");
        if (book.LeaseEnd is null)
        {
            coverage.Note("job settled again");
            return;
        }

        var isReleased = row is { State: JobState.Queued, LastError: null } && row.Attempts == book.Attempts - 1;

        // Done for this time; or asked for once more while it ran, whatever came of it.
        var isOver = row is { State: JobState.Queued, Attempts: 0 };
        Require(isReleased || isOver || row.Attempts == book.Attempts, () => $"Attempt {row.Attempts} of job {book.Key} writes what came of attempt {book.Attempts}.");
        book.LeaseEnd = null;
        book.Attempts = row.Attempts;
        book.IsFinal = row.State is JobState.Done or JobState.Dead;
        book.IsDead = row.State is JobState.Dead;
        if (book.Kind == Work.KindName)
        {
            Check(book, row, isReleased);
        }
    }

    /// <summary>A handler begins.</summary>
    public void NoteBegun(JobRun job) => Require(_jobs.ContainsKey((Work.KindName, job.Key)), () => $"Job {job.Key} was never enqueued.");

    /// <summary>A handler has done its work, whoever writes it.</summary>
    public void NoteDone(JobRun job) => _done.Add((job.Key, job.Attempt));

    private void Check(JobBook book, JobRow row, bool isReleased)
    {
        coverage.Note($"job {row.State}");
        switch (row.State)
        {
            case JobState.Done:
                var isNormal = !book.Key.StartsWith(Work.Poison, StringComparison.Ordinal) && !book.Key.StartsWith(Work.Hanging, StringComparison.Ordinal);
                Require(isNormal && _done.Contains((book.Key, row.Attempts)), () => $"Job {book.Key} is done, and nobody did it.");
                Require(Encoding.UTF8.GetString(row.Result!.Value.Span) == $"attempt {row.Attempts}", () => $"Job {book.Key} has the result of another attempt.");
                break;
            case JobState.Dead:
                Require(row.Attempts >= Work.WorkPolicy.MaxAttempts, () => $"Job {book.Key} is given up after {row.Attempts} attempts.");
                break;
            case JobState.Queued:
                Require(row.LastError is not null || (isReleased && !book.Key.StartsWith(Work.Hanging, StringComparison.Ordinal)), () => $"Job {book.Key} is to be tried again for no reason.");
                break;
            default:
                Require(false, () => $"Job {book.Key} is settled as {row.State}.");
                break;
        }
    }

    /// <summary>In no stretch of time are more jobs begun than the bucket holds and what flows into it.</summary>
    private void CheckRate(JobClaim claim, int count)
    {
        if (claim.Rate is not { } rate || count == 0)
        {
            return;
        }

        var (tokens, at) = _buckets.GetValueOrDefault(claim.Kind, (rate.Burst, world.Now));
        tokens = Math.Min(rate.Burst, tokens + (rate.PerSecond * (world.Now - at).TotalSeconds)) - count;
        Require(tokens > -0.001, () => $"{count} jobs of kind {claim.Kind} are begun, {-tokens} more than its rate allows.");
        _buckets[claim.Kind] = (tokens, world.Now);
    }

    private void Require(bool holds, Func<string> violation)
    {
        if (!holds)
        {
            world.Fail(new AuditException(violation()));
        }
    }

    private sealed class JobBook(string kind, string key)
    {
        public string Kind => kind;

        public string Key => key;

        public Guid Token { get; set; }

        /// <summary>Null when nobody has it.</summary>
        public TimeSpan? LeaseEnd { get; set; }

        public int Attempts { get; set; }

        public bool IsFinal { get; set; }

        public bool IsDead { get; set; }
    }
}
