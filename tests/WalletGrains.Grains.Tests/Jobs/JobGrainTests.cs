using System.Diagnostics.Metrics;
using System.Text;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Jobs;

/// <summary>Jobs on the runtime in force.</summary>
[Collection<MemoryClusterTests>]
public sealed class JobGrainTests(MemoryCluster cluster)
{
    private readonly string _prefix = $"{Guid.NewGuid():N} ";

    [Fact]
    public async Task A_job_is_done_and_its_result_is_kept()
    {
        var job = await EnqueueAsync("job", (run, _) =>
        {
            Assert.Equal("what to do", Encoding.UTF8.GetString(run.Payload.Span));
            return Task.FromResult<JobOutcome>(new JobOutcome.Done("what came of it"u8.ToArray()));
        });
        var done = await AwaitAsync(job, JobStatus.Done);
        Assert.Equal(("what to do", "what came of it", 1, null), (done.Payload, done.Result, done.Attempts, done.LastError));
        Assert.NotNull(done.Worker);
    }

    [Fact]
    public async Task A_job_that_may_succeed_later_waits_as_long_as_a_third_party_asks()
    {
        var job = await EnqueueAsync("job", (run, _) => Task.FromResult<JobOutcome>(new JobOutcome.Retry("busy", TimeSpan.FromHours(1))));
        var waiting = await AwaitAsync(job, JobStatus.Queued, seen => seen.LastError is not null);
        Assert.Equal(("busy", 1), (waiting.LastError, waiting.Attempts));
        Assert.InRange(waiting.DueAt - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_job_that_is_due_again_counts_its_attempts_anew()
    {
        var next = new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var job = await EnqueueAsync("job", (run, _) => run.Attempt == 1
            ? throw new TimeoutException("slow")
            : Task.FromResult<JobOutcome>(new JobOutcome.Again(next)));
        var waiting = await AwaitAsync(job, JobStatus.Queued, seen => seen.DueAt == next);
        Assert.Equal((0, null), (waiting.Attempts, waiting.LastError));
    }

    [Fact]
    public async Task A_job_that_could_not_be_tried_has_the_attempts_that_it_had()
    {
        var job = await EnqueueAsync("job", (run, _) => Task.FromResult<JobOutcome>(
            run.Attempt == 1 ? new JobOutcome.Retry("slow", TimeSpan.Zero) : new JobOutcome.Postponed(TimeSpan.FromHours(1))));
        var waiting = await AwaitAsync(job, JobStatus.Queued, seen => seen.LastError is null && seen.Worker is not null);
        Assert.Equal(1, waiting.Attempts);
        Assert.InRange(waiting.DueAt - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_dead_letter_is_listed_and_retried_once_and_a_discarded_one_is_not_retried()
    {
        var isMended = false;
        var job = await EnqueueAsync("job", (_, _) => Task.FromResult<JobOutcome>(isMended ? new JobOutcome.Done() : new JobOutcome.Fail("no such account")));
        var dead = await AwaitAsync(job, JobStatus.Dead);
        Assert.Equal(("no such account", 1), (dead.LastError, dead.Attempts));
        Assert.Contains((await cluster.Jobs.ListAsync(MemoryCluster.WorkKind, JobStatus.Dead, null, 100)).Items, listed => listed.JobId == job);

        isMended = true;
        Assert.Null((await cluster.Jobs.RetryAsync(job)).Refusal);
        await AwaitAsync(job, JobStatus.Done);
        Assert.Equal((JobStatus.Done, null), await DecideAsync(cluster.Jobs.RetryAsync(job)));
        Assert.Equal((JobStatus.Done, DeadLetterRefusal.NotDead), await DecideAsync(cluster.Jobs.DiscardAsync(job)));

        var other = await EnqueueAsync("other", (_, _) => Task.FromResult<JobOutcome>(new JobOutcome.Fail("no")));
        await AwaitAsync(other, JobStatus.Dead);
        Assert.Equal((JobStatus.Discarded, null), await DecideAsync(cluster.Jobs.DiscardAsync(other)));
        Assert.Equal((JobStatus.Discarded, null), await DecideAsync(cluster.Jobs.DiscardAsync(other)));
        Assert.Equal((JobStatus.Discarded, DeadLetterRefusal.Discarded), await DecideAsync(cluster.Jobs.RetryAsync(other)));
        Assert.Equal(new DeadLetterDecision(null, null), await cluster.Jobs.RetryAsync(Guid.CreateVersion7()));
        Assert.Equal(new DeadLetterDecision(null, null), await cluster.Jobs.DiscardAsync(Guid.CreateVersion7()));
    }

    [Fact]
    public async Task A_dead_letter_that_is_tried_again_just_then_is_not_discarded_even_if_it_has_died_again_meanwhile()
    {
        var (isRetried, mayFail) = (false, new TaskCompletionSource());
        var job = await EnqueueAsync("job", async (_, _) =>
        {
            await (isRetried ? mayFail.Task : Task.CompletedTask);
            return new JobOutcome.Fail(isRetried ? "once more" : "no");
        });
        await AwaitAsync(job, JobStatus.Dead);
        isRetried = true;
        (cluster.Work.BeforeDiscard, cluster.Work.AfterDiscard) = (async () => Assert.Null((await cluster.Jobs.RetryAsync(job)).Refusal), async () =>
        {
            mayFail.SetResult();
            await AwaitAsync(job, JobStatus.Dead, seen => seen.LastError == "once more");
        });
        try
        {
            Assert.Equal((JobStatus.Dead, DeadLetterRefusal.NotDead), await DecideAsync(cluster.Jobs.DiscardAsync(job)));
        }
        finally
        {
            (cluster.Work.BeforeDiscard, cluster.Work.AfterDiscard) = (null, null);
        }

        Assert.Equal((JobStatus.Discarded, null), await DecideAsync(cluster.Jobs.DiscardAsync(job)));
    }

    [Fact]
    public async Task A_result_that_the_store_refuses_makes_a_dead_letter()
    {
        var job = await EnqueueAsync("job", (_, _) => Task.FromResult<JobOutcome>(new JobOutcome.Done(new byte[100_000])));
        Assert.Contains("result", (await AwaitAsync(job, JobStatus.Dead)).LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempts_are_measured_by_their_outcome()
    {
        var outcomes = new System.Collections.Concurrent.ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name is "walletgrains.jobs.attempts" or "walletgrains.jobs.queued")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        var isDead = new TaskCompletionSource();
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var name = string.Join(' ', tags.ToArray().Select(tag => tag.Value));
            outcomes.AddOrUpdate(name, value, (_, sum) => sum + value);
            if (name == "work dead")
            {
                isDead.TrySetResult();
            }
        });
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) => outcomes[$"{tags[0].Value} queued"] = value);
        listener.Start();

        var job = await EnqueueAsync("job", (run, _) => Task.FromResult<JobOutcome>(
            run.Attempt == 1 ? new JobOutcome.Retry("once more", TimeSpan.Zero) : new JobOutcome.Fail("no")));
        await AwaitAsync(job, JobStatus.Dead);
        await isDead.Task.WaitAsync(Signal.DefaultLimit, TestContext.Current.CancellationToken);
        listener.RecordObservableInstruments();
        Assert.True(outcomes["work retried"] >= 1 && outcomes.ContainsKey("work queued"));
    }

    [Fact]
    public async Task A_kind_that_nobody_knows_is_not_driven() =>
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.Client.GetGrain<IJobGrain>("no such kind").StartAsync());

    [Fact]
    public async Task A_recurring_kind_has_one_job_however_often_it_is_started()
    {
        var grain = cluster.Client.GetGrain<IJobGrain>("job-purge");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => grain.StartAsync()));
        var job = Assert.Single((await cluster.Jobs.ListAsync("job-purge", null, null, 100)).Items);
        Assert.InRange(job.DueAt - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));
    }

    private static async Task<(JobStatus, DeadLetterRefusal?)> DecideAsync(Task<DeadLetterDecision> decision) => ((await decision).Job!.Status, (await decision).Refusal);

    private async Task<Guid> EnqueueAsync(string key, Func<JobRun, CancellationToken, Task<JobOutcome>> script)
    {
        var job = new NewJob(Guid.CreateVersion7(), MemoryCluster.WorkKind, _prefix + key, "what to do"u8.ToArray());
        cluster.Work.On(job.Key, script);
        await cluster.JobStore.EnqueueAsync(job, TestContext.Current.CancellationToken);
        await cluster.Client.GetGrain<IJobGrain>(MemoryCluster.WorkKind).WakeAsync();
        return job.JobId;
    }

    /// <summary>The job when it is as it should come to be; it is looked at after every write of the store.</summary>
    private async Task<Job> AwaitAsync(Guid jobId, JobStatus status, Func<Job, bool>? condition = null)
    {
        while (true)
        {
            var changed = cluster.JobWritten;
            if (await cluster.Jobs.FindAsync(jobId) is { } job && job.Status == status && condition?.Invoke(job) != false)
            {
                return job;
            }

            await changed.WaitAsync(Signal.DefaultLimit, TestContext.Current.CancellationToken);
        }
    }
}
