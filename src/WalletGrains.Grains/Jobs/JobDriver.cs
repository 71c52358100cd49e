using Microsoft.Extensions.Logging;
using WalletGrains.Domain.Jobs;
using WalletGrains.Journal;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Jobs;

/// <summary>
/// Drives the jobs of one kind: claims what is due as far as there is room, runs it, renews the leases, settles. All of it in the turns
/// of one activation. Whether that activation is the only one does not matter: the store keeps concurrency and rate over all of them, and
/// a settlement by the name of its lease.
/// </summary>
/// <param name="kind">The kind.</param>
/// <param name="options">What holds for all kinds.</param>
/// <param name="owner">Who drives it, for operators.</param>
/// <param name="store">The store.</param>
/// <param name="ids">Names leases.</param>
/// <param name="time">The clock of waits.</param>
/// <param name="metrics">The instruments.</param>
/// <param name="wakeIn">Has <see cref="PumpAsync"/> called after so long; each call replaces the one before.</param>
/// <param name="logger">The log.</param>
internal sealed partial class JobDriver(
    JobKind kind,
    JobOptions options,
    string owner,
    IJobStore store,
    IdGenerator ids,
    TimeProvider time,
    JobMetrics metrics,
    Action<TimeSpan> wakeIn,
    ILogger logger)
{
    private readonly Dictionary<JobLease, JobAttempt> _running = [];
    private bool _isPumping;
    private bool _pumpAgain;
    private bool _isStopping;
    private long? _countedAt;
    private long? _claimedAt;
    private int _queued;

    private JobPolicy Policy => kind.Policy;

    /// <summary>Begins what is due and has room, and says when to look again. A call while another is at it has that one look once more.</summary>
    public async Task PumpAsync()
    {
        _pumpAgain = true;
        if (_isPumping)
        {
            return;
        }

        _isPumping = true;
        try
        {
            while (_pumpAgain && !_isStopping)
            {
                // Jobs that have ended together leave their places first, so that one claim fills them all.
                await Task.Yield();
                _pumpAgain = false;
                var wait = await ClaimAsync();
                if (!_isStopping)
                {
                    wakeIn(wait);
                }
            }
        }
        finally
        {
            _isPumping = false;
        }
    }

    /// <summary>Keeps the jobs that run here; gives up those that are another's by now.</summary>
    public async Task RenewAsync()
    {
        var leases = _running.Keys.ToList();
        if (leases.Count == 0)
        {
            return;
        }

        try
        {
            foreach (var lost in await store.ExtendAsync(leases, options.Lease, CancellationToken.None))
            {
                // A courtesy: were it not to listen, its result would still not be written. One that was settled meanwhile is not here.
                _running.GetValueOrDefault(lost)?.Cancel();
            }
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException)
        {
            LogStoreAway(logger, e, kind.Name);
        }
    }

    /// <summary>Claims no more, lets what runs come to its end for a while, and gives back the rest.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        var ends = Task.WhenAll(_running.Values.Select(attempt => attempt.Settled));
        await WaitAsync(ends, JobLimits.DrainPeriod);
        foreach (var attempt in _running.Values)
        {
            attempt.Cancel();
        }

        await WaitAsync(ends, JobLimits.CancelGrace);
        metrics.Forget(kind.Name);
        kind.Handler.Leave();

        async Task WaitAsync(Task task, TimeSpan atMost)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(task, Task.Delay(atMost, time, waiting.Token));
            waiting.Cancel();
        }
    }

    /// <summary>Claims once; how long to wait until the next look.</summary>
    private async Task<TimeSpan> ClaimAsync()
    {
        try
        {
            await CountAsync();
            var free = Policy.Concurrency - _running.Count;
            if (free <= 0)
            {
                // Each job that ends here looks again.
                return JobLimits.PollPeriod;
            }

            var claim = new JobClaim(kind.Name, owner, ids.NewId(), options.Lease, free, Policy.Concurrency, Policy.Rate);
            var jobs = await store.ClaimAsync(claim, CancellationToken.None);
            _claimedAt = jobs.Count > 0 ? time.GetTimestamp() : _claimedAt;
            foreach (var job in jobs)
            {
                var attempt = new JobAttempt(job, Policy.Timeout, time);
                _running.Add(attempt.Lease, attempt);
                if (_isStopping)
                {
                    attempt.Cancel();
                }

                attempt.Settled = RunAsync(attempt);
            }

            return jobs.Count == free ? JobLimits.PollPeriod : await TimeToNextAsync();
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException)
        {
            LogStoreAway(logger, e, kind.Name);
            return JobLimits.StoreRetryDelay;
        }
    }

    private async Task<TimeSpan> TimeToNextAsync()
    {
        var next = await store.FindNextDueAsync(kind.Name, CancellationToken.None) ?? JobLimits.PollPeriod;

        // What is due and was not claimed waits for a token, for a place that another activation has, or for a lock.
        var least = TimeToToken() ?? JobLimits.MinPollPeriod;
        return next < least ? Shorter(least, JobLimits.PollPeriod) : Shorter(next, JobLimits.PollPeriod);
    }

    /// <summary>How long until there is another token, as far as this activation knows; null where there is no rate.</summary>
    private TimeSpan? TimeToToken()
    {
        if (Policy.RatePerSecond is not { } perSecond)
        {
            return null;
        }

        var token = TimeSpan.FromSeconds(1 / perSecond);
        var elapsed = _claimedAt is { } claimedAt ? time.GetElapsedTime(claimedAt) : token;
        return elapsed < token ? token - elapsed : token;
    }

    private async Task CountAsync()
    {
        if (_countedAt is not { } countedAt || time.GetElapsedTime(countedAt) >= JobLimits.PollPeriod)
        {
            _countedAt = time.GetTimestamp();
            var counts = await store.CountAsync(kind.Name, JobLimits.MaxCounted, CancellationToken.None);
            _queued = counts.Priority + counts.Normal;
        }

        metrics.Observe(kind.Name, _queued, _running.Count);
    }

    /// <summary>Runs a job and settles it. It does not throw: the others must not be kept from their end.</summary>
    private async Task RunAsync(JobAttempt attempt)
    {
        try
        {
            var outcome = await attempt.RunAsync(kind);
            if (_isStopping && attempt.IsLeftBehind)
            {
                // It may still do something: nobody else begins the job before the lease ends by itself.
                return;
            }

            var (settlement, name) = SettlementOf(attempt, outcome);
            await SettleAsync(attempt, settlement, name);
        }
        catch (Exception e)
        {
            // Its lease ends by itself, and another attempt follows.
            LogFailed(logger, e, kind.Name, attempt.Job.Key);
        }
        finally
        {
            _running.Remove(attempt.Lease);
            attempt.Dispose();
        }

        await PumpAsync();
    }

    /// <summary>What is to be written of an outcome, and its name in the metrics.</summary>
    private (JobSettlement Settlement, string Outcome) SettlementOf(JobAttempt attempt, JobOutcome? outcome)
    {
        var job = attempt.Job;
        var settlement = Unsettled(job) with { Lane = outcome is { LeavesPriority: true } ? JobLane.Normal : null };
        return outcome switch
        {
            // An attempt that the silo's stop ended does not count.
            null when _isStopping => (settlement with { Attempts = job.Attempts - 1, DueIn = TimeSpan.Zero }, "released"),
            null => AfterFailure(settlement, $"It did not end within {Policy.Timeout}."),
            JobOutcome.Done done when Policy.Every is { } every => (settlement with { Attempts = 0, DueIn = every, Result = done.Result }, "done"),
            JobOutcome.Done done => (settlement with { State = JobState.Done, Result = done.Result }, "done"),
            JobOutcome.Postponed postponed => (settlement with { Attempts = job.Attempts - 1, DueIn = Shorter(postponed.Wait, JobLimits.MaxRetryAfter) }, "postponed"),
            JobOutcome.Again again => (settlement with { Attempts = 0, DueAt = again.DueAt }, "done"),
            JobOutcome.AgainIn again => (settlement with { Attempts = 0, DueIn = again.Wait }, "done"),
            JobOutcome.Retry retry => AfterFailure(settlement, retry.Error, retry.After),
            JobOutcome.Fail fail => AfterFailureForGood(settlement, fail.Error),
            _ => throw new InvalidOperationException($"A job of kind {kind.Name} came back as {outcome}."),
        };
    }

    private (JobSettlement Settlement, string Outcome) AfterFailure(JobSettlement settlement, string error, TimeSpan? after = null)
    {
        if (settlement.Attempts >= Policy.MaxAttempts)
        {
            return AsDead(settlement, error);
        }

        var wait = after is { } asked
            ? Shorter(asked, JobLimits.MaxRetryAfter)
            : JobBackoff.After(settlement.JobId, settlement.Attempts, Policy.FirstBackoff, Policy.MaxBackoff);
        return (settlement with { Error = ErrorText.Of(error), DueIn = wait }, "retried");
    }

    /// <summary>A dead letter; but one of a recurring kind comes back whatever happened.</summary>
    private (JobSettlement Settlement, string Outcome) AfterFailureForGood(JobSettlement settlement, string error) =>
        Policy.Every is null ? AsDead(settlement, error) : AfterFailure(settlement, error);

    private static (JobSettlement Settlement, string Outcome) AsDead(JobSettlement settlement, string error) =>
        (settlement with { State = JobState.Dead, Error = ErrorText.Of(error) }, "dead");

    /// <summary>Writes what came of it. While the store is away nothing else can run either, so this goes on until it is back, or the lease
    /// was given to another.</summary>
    /// <exception cref="JournalRejectedException">The store takes neither what came of it nor that it has failed; the lease ends by itself.</exception>
    private async Task SettleAsync(JobAttempt attempt, JobSettlement settlement, string outcome)
    {
        var isReplaced = false;
        while (true)
        {
            try
            {
                switch (await store.SettleAsync(settlement, CancellationToken.None))
                {
                    case null:
                        LogLost(logger, kind.Name, attempt.Job.Key);
                        outcome = "lost";
                        break;

                    case JobState.Dead:
                        LogDead(logger, kind.Name, attempt.Job.Key, attempt.Job.JobId, attempt.Job.Attempts, settlement.Error!);
                        break;

                    case JobState.Queued when settlement.Error is { } error:
                        // It waits; or it failed for good, and begins anew since it was asked for once more meanwhile.
                        LogRetried(logger, kind.Name, attempt.Job.Key, attempt.Job.Attempts, settlement.DueIn ?? TimeSpan.Zero, error);
                        outcome = "retried";
                        break;
                }

                metrics.Ended(kind.Name, outcome, attempt.Duration);
                return;
            }
            catch (JournalRejectedException e) when (!isReplaced)
            {
                // What the handler gave back cannot be stored, now or later.
                isReplaced = true;
                (settlement, outcome) = AfterFailureForGood(Unsettled(attempt.Job), e.Message);
            }
            catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException)
            {
                LogStoreAway(logger, e, kind.Name);
                await Task.Delay(JobLimits.StoreRetryDelay, time);
            }
        }
    }

    private static JobSettlement Unsettled(ClaimedJob job) => new(job.JobId, job.Token, JobState.Queued, job.Attempts);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
