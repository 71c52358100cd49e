using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess.Simulation;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal;
using WalletGrains.Journal.Jobs;
using Xunit;

namespace WalletGrains.Grains.Tests.Jobs;

/// <summary>The job engine on three virtual silos in virtual time: what becomes of jobs whose workers die, hang, throw or are left behind.</summary>
public sealed class JobSimulationTests
{
    private const string Kind = "work";

    /// <summary>A recurring kind.</summary>
    private const string SweepKind = "sweep";

    /// <summary>A kind that no other test has, whose attempts can be told apart in the metrics.</summary>
    private const string AskedKind = "asked in simulation";

    private static readonly JobPolicy Policy = new()
    {
        Concurrency = 3,
        MaxAttempts = 3,
        FirstBackoff = TimeSpan.FromSeconds(1),
        MaxBackoff = TimeSpan.FromSeconds(10),
        Timeout = TimeSpan.FromMinutes(2),
    };

    private static readonly JobPolicy SweepPolicy = JobPolicy.Recurring(every: TimeSpan.FromMinutes(1), timeout: TimeSpan.FromMinutes(1));

    private readonly SimulatedWorld _world = new(seed: 1);
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedClient _client;
    private readonly MemoryJobStore _store;
    private readonly SimulatedProcess _database;
    private readonly List<(string Silo, string Key, int Attempt)> _begun = [];
    private Func<SimulatedSilo, JobRun, CancellationToken, Task<JobOutcome>> _work = (_, _, _) => Done("");
    private Func<CommitPoint, Task> _onWrite = _ => Task.CompletedTask;

    public JobSimulationTests()
    {
        var options = new SimulatedClusterOptions();
        options.Silo.GrainAssemblies.Add(typeof(JobGrain).Assembly);
        _database = _world.AddProcess("database");
        _store = new MemoryJobStore(_database.Clock, (point, _) => _onWrite(point));
        _cluster = new SimulatedCluster(_world, options, AddServices);
        _client = _cluster.AddClient("client");
        _world.Call(_client, () => Jobs.StartAsync());
    }

    private IJobGrain Jobs => _client.Cluster.GetGrain<IJobGrain>(Kind);

    private IJobGrain Sweep => _client.Cluster.GetGrain<IJobGrain>(SweepKind);

    [Fact]
    public void A_job_whose_silo_dies_is_done_by_another_one_when_its_lease_is_over()
    {
        _work = async (silo, job, _) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(20), silo.Process.Clock, CancellationToken.None);
            return Result($"by {silo.Name}");
        };
        Enqueue("job");
        _world.Run(TimeSpan.FromSeconds(10));
        var first = Assert.Single(_begun).Silo;
        _cluster.Silos.Single(silo => silo.Name == first).Crash();

        // Until the lease ends, and until a reminder finds another silo for the grain.
        _world.Await(() => Row("job").State is JobState.Done, TimeSpan.FromMinutes(3));
        Assert.Equal([1, 2], _begun.Select(begun => begun.Attempt));
        Assert.NotEqual(first, _begun[1].Silo);
        Assert.Equal($"by {_begun[1].Silo}", ResultOf("job"));
    }

    [Fact]
    public void A_worker_whose_lease_was_lost_goes_on_and_writes_nothing_over_the_new_holders_result()
    {
        var ended = new List<int>();
        _work = async (silo, job, _) =>
        {
            // Deaf to its token, as a call to a third party may be.
            await Task.Delay(TimeSpan.FromSeconds(job.Attempt == 1 ? 100 : 5), silo.Process.Clock, CancellationToken.None);
            ended.Add(job.Attempt);
            return Result($"attempt {job.Attempt}");
        };
        Enqueue("job");
        _world.Run(TimeSpan.FromSeconds(1));

        // Long enough for the lease to be over, and not for anybody to notice that the silo hangs.
        _cluster.Silos.Single(silo => silo.Name == _begun[0].Silo).Process.Stall(TimeSpan.FromSeconds(40));
        var stranger = Duplicate();
        _world.Call(_client, () => stranger.WakeAsync());
        _world.Await(() => Row("job").State is JobState.Done, TimeSpan.FromMinutes(2));
        Assert.Equal("attempt 2", ResultOf("job"));

        _world.Await(() => ended.Count == 2, TimeSpan.FromMinutes(2));
        _world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal([2, 1], ended);
        Assert.Equal(("attempt 2", 2, null), (ResultOf("job"), Row("job").Attempts, Row("job").LastError));
        Assert.Equal(2, _begun.Count);
        Assert.NotEqual(_begun[0].Silo, _begun[1].Silo);
    }

    [Fact]
    public void A_job_that_throws_is_tried_again_ever_later_and_becomes_a_dead_letter_without_stopping_its_neighbours()
    {
        var times = new List<TimeSpan>();
        _work = (_, job, _) =>
        {
            if (job.Key != "poison")
            {
                return Done(job.Key);
            }

            times.Add(_world.Now);
            throw new InvalidOperationException("It cannot be done.\0");
        };
        foreach (var key in (string[])["poison", "a", "b", "c", "d", "e"])
        {
            Enqueue(key);
        }

        _world.Await(() => Row("e").State is JobState.Done, TimeSpan.FromSeconds(15));
        _world.Await(() => Row("poison").State is JobState.Dead, TimeSpan.FromMinutes(1));
        Assert.Equal((3, "InvalidOperationException: It cannot be done.\uFFFD"), (Row("poison").Attempts, Row("poison").LastError));
        Assert.Equal(3, times.Count);
        Assert.InRange((times[1] - times[0]).TotalSeconds, 0.5, 1.5);
        Assert.InRange((times[2] - times[1]).TotalSeconds, 1, 2.5);
        Assert.Equal(8, _begun.Count);
        _world.Run(TimeSpan.FromMinutes(5));
        Assert.Equal(8, _begun.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_job_that_hangs_is_given_up_when_its_time_is_over_and_its_place_is_free_again(bool listens)
    {
        var cancelled = 0;
        _work = async (silo, job, token) =>
        {
            if (job.Key.StartsWith("hanging", StringComparison.Ordinal))
            {
                token.Register(() => cancelled++);
                await Task.Delay(Timeout.InfiniteTimeSpan, silo.Process.Clock, listens ? token : CancellationToken.None);
            }

            return await Done(job.Key);
        };

        // They take every place there is.
        for (var i = 0; i < Policy.Concurrency; i++)
        {
            Enqueue($"hanging {i}");
        }

        _world.Run(TimeSpan.FromSeconds(11));
        Enqueue("other");
        _world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(JobState.Queued, Row("other").State);
        _world.Await(() => Row("other").State is JobState.Done, TimeSpan.FromMinutes(2));
        _world.Await(() => Enumerable.Range(0, Policy.Concurrency).All(i => Row($"hanging {i}").State is JobState.Dead), TimeSpan.FromMinutes(10));
        Assert.Equal(Policy.Concurrency * 3, cancelled);
        Assert.Equal((3, "It did not end within 00:02:00."), (Row("hanging 0").Attempts, Row("hanging 0").LastError));
    }

    [Fact]
    public void A_job_that_kills_its_silo_becomes_a_dead_letter_though_no_worker_lives_to_say_so()
    {
        _work = (silo, _, _) =>
        {
            _world.After(TimeSpan.Zero, silo.Crash);
            _world.After(TimeSpan.FromSeconds(30), silo.Restart);
            return new TaskCompletionSource<JobOutcome>().Task;
        };
        Enqueue("bomb");
        _world.Await(() => Row("bomb").State is JobState.Dead, TimeSpan.FromMinutes(20));
        Assert.Equal(Policy.MaxAttempts, _begun.Count);
        Assert.Equal("It was begun 3 times, and its worker died or hung each time.", Row("bomb").LastError);
    }

    [Fact]
    public void What_was_done_is_written_when_the_store_is_back_and_not_done_again()
    {
        _work = (_, job, _) =>
        {
            _onWrite = _ => throw new JournalUnavailableException("away");
            return Done("once");
        };
        Enqueue("job");
        _world.Run(TimeSpan.FromSeconds(25));
        Assert.Single(_begun);
        Assert.Equal(JobState.Running, Row("job").State);
        _onWrite = _ => Task.CompletedTask;
        _world.Await(() => Row("job").State is JobState.Done, TimeSpan.FromSeconds(5));
        Assert.Equal("once", ResultOf("job"));
        Assert.Single(_begun);
    }

    [Fact]
    public void A_settlement_whose_answer_is_lost_counts_once()
    {
        _work = (_, job, _) =>
        {
            var answers = 1;
            _onWrite = point => point is CommitPoint.After && answers-- > 0
                ? throw new JournalOutcomeUnknownException("The answer is lost.")
                : Task.CompletedTask;
            return job.Attempt == 1 ? Task.FromResult<JobOutcome>(new JobOutcome.Retry("once more")) : Done("second");
        };
        Enqueue("job");
        _world.Await(() => Row("job").State is JobState.Done, TimeSpan.FromMinutes(1));
        Assert.Equal((2, "second"), (Row("job").Attempts, ResultOf("job")));
        Assert.Equal([1, 2], _begun.Select(begun => begun.Attempt));
    }

    [Fact]
    public void Two_activations_of_a_kind_together_run_no_more_jobs_at_a_time_than_one_may()
    {
        var (running, most) = (0, 0);
        _work = async (silo, job, _) =>
        {
            most = Math.Max(most, ++running);
            await Task.Delay(TimeSpan.FromSeconds(3), silo.Process.Clock, CancellationToken.None);
            running--;
            return await Done(job.Key);
        };
        var stranger = Duplicate();
        for (var i = 0; i < 30; i++)
        {
            Enqueue($"{i}");
        }

        for (var i = 0; i < 40; i++)
        {
            _world.Call(_client, () => Task.WhenAll(Jobs.WakeAsync(), stranger.WakeAsync()));
            _world.Run(TimeSpan.FromSeconds(1));
            Assert.Equal(2, _cluster.CountActivations(Jobs));
        }

        _world.Await(() => _begun.Count == 30 && running == 0, TimeSpan.FromMinutes(2));
        Assert.Equal(Policy.Concurrency, most);
    }

    [Fact]
    public void A_recurring_job_is_due_by_the_clock_of_the_store_and_its_handler_is_told_that_time_whatever_its_silos_clock_says()
    {
        _cluster.Silos.ToList().ForEach(silo => silo.Process.Clock.Offset = TimeSpan.FromDays(1));
        var seen = new List<(DateTimeOffset DueAt, DateTimeOffset ClaimedAt)>();
        _work = (_, job, _) =>
        {
            seen.Add((job.DueAt, job.ClaimedAt));
            return Done("");
        };
        _world.Call(_client, () => Sweep.StartAsync());
        Assert.InRange(Row("recurring", SweepKind).DueAt - _database.Clock.GetUtcNow(), SweepPolicy.Every!.Value / 2, SweepPolicy.Every.Value);
        _world.Await(() => seen.Count == 1, TimeSpan.FromMinutes(2));
        Assert.InRange(seen[0].ClaimedAt, seen[0].DueAt, _database.Clock.GetUtcNow());
    }

    [Fact]
    public void A_recurring_job_whose_result_cannot_be_stored_comes_back()
    {
        var isMended = false;
        _work = (_, _, _) => Task.FromResult<JobOutcome>(new JobOutcome.Done(new byte[isMended ? 1 : 100_000]));
        _world.Call(_client, () => Sweep.StartAsync());
        _world.Await(() => Row("recurring", SweepKind).LastError is not null, TimeSpan.FromMinutes(2));
        Assert.Equal(JobState.Queued, Row("recurring", SweepKind).State);
        Assert.Contains("result", Row("recurring", SweepKind).LastError, StringComparison.Ordinal);
        isMended = true;
        _world.Await(() => Row("recurring", SweepKind) is { State: JobState.Queued, Attempts: 0, LastError: null, Result: not null }, TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void A_job_that_fails_for_good_and_was_asked_for_once_more_is_no_dead_letter_to_anybody()
    {
        var outcomes = new List<string?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "walletgrains.jobs.attempts")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags.ToArray() is var named && named.Any(tag => tag.Value is AskedKind))
            {
                outcomes.Add((string?)named.Single(tag => tag.Key == "outcome").Value);
            }
        });
        listener.Start();

        var asked = new NewJob(Guid.CreateVersion7(), AskedKind, "job", ReadOnlyMemory<byte>.Empty, Repeat: JobRepeat.WhenBegun);
        _work = async (_, _, _) =>
        {
            if (_begun.Count > 1)
            {
                return Result("second");
            }

            await _store.EnqueueAsync(asked with { JobId = Guid.CreateVersion7() }, CancellationToken.None);
            return new JobOutcome.Fail("It cannot be done.");
        };
        _world.Call(_client, async () =>
        {
            await _store.EnqueueAsync(asked, CancellationToken.None);
            await _client.Cluster.GetGrain<IJobGrain>(AskedKind).StartAsync();
        });
        _world.Await(() => Row("job", AskedKind).State is JobState.Done, TimeSpan.FromMinutes(1));
        Assert.Equal([1, 1], _begun.Select(begun => begun.Attempt));
        _world.Await(() => outcomes.Count == 2, TimeSpan.FromMinutes(1));
        Assert.Equal(["retried", "done"], outcomes);
    }

    private static Task<JobOutcome> Done(string result) => Task.FromResult<JobOutcome>(Result(result));

    private static JobOutcome.Done Result(string text) => new JobOutcome.Done(Encoding.UTF8.GetBytes(text));

    /// <summary>Makes a second activation, and gives a reference that leads to it.</summary>
    private IJobGrain Duplicate()
    {
        _cluster.Duplicate(Jobs);
        return _cluster.AddClient("stranger").Cluster.GetGrain<IJobGrain>(Kind);
    }

    private void Enqueue(string key) => _world.Call(_client, async () =>
    {
        await _store.EnqueueAsync(new NewJob(Guid.CreateVersion7(), Kind, key, ReadOnlyMemory<byte>.Empty), CancellationToken.None);
        await Jobs.WakeAsync();
    });

    private JobRow Row(string key, string kind = Kind) =>
        _store.ReadAsync(new JobQuery(kind, null, null, JournalLimits.MaxPage), CancellationToken.None).Result.Single(job => job.Key == key);

    private string ResultOf(string key) => Encoding.UTF8.GetString(Row(key).Result!.Value.Span);

    private void AddServices(InProcessSiloBuilder builder, SimulatedSilo silo) => builder.Services
        .AddSingleton<IJobStore>(_store)
        .AddSingleton<IJobHandler>(new Worker(this, silo, Kind, Policy))
        .AddSingleton<IJobHandler>(new Worker(this, silo, AskedKind, Policy))
        .AddSingleton<IJobHandler>(new Worker(this, silo, SweepKind, SweepPolicy))
        .AddSingleton<IdGenerator>()
        .AddSingleton(new JobOptions())
        .AddSingleton<JobMetrics>()
        .AddSingleton(provider => new JobKinds(provider.GetServices<IJobHandler>()));

    private sealed class Worker(JobSimulationTests test, SimulatedSilo silo, string kind, JobPolicy policy) : IJobHandler
    {
        public string Kind => kind;

        public JobPolicy Policy => policy;

        public Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
        {
            test._begun.Add((silo.Name, job.Key, job.Attempt));
            return test._work(silo, job, cancellationToken);
        }
    }
}
