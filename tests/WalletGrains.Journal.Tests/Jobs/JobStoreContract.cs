using WalletGrains.Journal.Jobs;
using Xunit;

namespace WalletGrains.Journal.Tests.Jobs;

/// <summary>What every store of jobs promises. Each store runs all of it, and no test waits: leases of no time are over at once.</summary>
public abstract partial class JobStoreContract
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>The store under test.</summary>
    protected abstract IJobStore Store { get; }

    /// <summary>A second one over the same data, as another silo has it.</summary>
    protected abstract IJobStore OtherSilo { get; }

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A kind of its own for each test: the store is shared.</summary>
    protected string Kind { get; } = $"kind-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_job_is_read_as_it_was_written()
    {
        var due = new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(12_345_678);
        var job = NewJob("Ada 😀") with { Payload = "{\"a\":1}"u8.ToArray(), DueAt = due, Lane = JobLane.Priority };
        await Store.EnqueueAsync(job, Cancelled);
        var row = (await OtherSilo.FindAsync(job.JobId, Cancelled))!;
        Assert.Equal("{\"a\":1}"u8.ToArray(), row.Payload.ToArray());
        Assert.Equal(
            (job.JobId, Kind, "Ada 😀", JobLane.Priority, JobState.Queued, due.AddTicks(-8), 0),
            (row.JobId, row.Kind, row.Key, row.Lane, row.State, row.DueAt, row.Attempts));
        Assert.Equal((null, null, null), (row.LeaseOwner, row.LastError, row.Result));
        Assert.Equal(row.CreatedAt, row.UpdatedAt);
        Assert.Null(await Store.FindAsync(Guid.CreateVersion7(), Cancelled));
    }

    [Fact]
    public async Task The_work_of_a_key_is_enqueued_once_whoever_enqueues_it()
    {
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => (i % 2 == 0 ? Store : OtherSilo).EnqueueAsync(NewJob("same"), Cancelled)));
        Assert.Single(await ReadAsync());
        await SettleAsync(Assert.Single(await ClaimAsync()), JobState.Done);

        await Store.EnqueueAsync(NewJob("same"), Cancelled);
        await Store.EnqueueAsync(NewJob("other"), Cancelled);
        Assert.Equal([("other", JobState.Queued), ("same", JobState.Done)], (await ReadAsync()).Select(job => (job.Key, job.State)).Order());
    }

    [Fact]
    public async Task Work_that_repeats_joins_what_waits_and_begins_anew_behind_what_is_over()
    {
        var (first, second, third) = (Again(), Again() with { Lane = JobLane.Priority, DueAt = null }, Again());
        await Store.EnqueueAsync(first with { DueAt = DateTimeOffset.UtcNow.AddHours(1) }, Cancelled);
        await OtherSilo.EnqueueAsync(second, Cancelled);
        var joined = Assert.Single(await ReadAsync());
        Assert.Equal((first.JobId, JobLane.Priority), (joined.JobId, joined.Lane));

        // It was moved to the front, and to now.
        var claimed = Assert.Single(await ClaimAsync());
        await Store.EnqueueAsync(third, Cancelled);
        Assert.Equal(JobState.Running, Assert.Single(await ReadAsync()).State);
        await SettleAsync(claimed, JobState.Dead, error: "broken");
        await Store.EnqueueAsync(third with { Payload = "3"u8.ToArray() }, Cancelled);
        var anew = Assert.Single(await ReadAsync());
        Assert.Equal((third.JobId, JobState.Queued, 0, null, JobLane.Normal), (anew.JobId, anew.State, anew.Attempts, anew.LastError, anew.Lane));
        Assert.Equal("3"u8.ToArray(), anew.Payload.ToArray());

        // The worker of long ago has no say any more, though it is the same key.
        Assert.Null(await Store.SettleAsync(new JobSettlement(claimed.JobId, claimed.Token, JobState.Done, 1), Cancelled));

        NewJob Again() => NewJob("again") with { Repeat = JobRepeat.WhenOver };
    }

    [Fact]
    public async Task Work_that_repeats_does_not_hurry_a_job_that_waits_after_a_failure()
    {
        await Store.EnqueueAsync(NewJob("again") with { Repeat = JobRepeat.WhenOver }, Cancelled);
        await SettleAsync(Assert.Single(await ClaimAsync()), JobState.Queued, error: "away", dueIn: Hour);
        await Store.EnqueueAsync(NewJob("again") with { Repeat = JobRepeat.WhenOver, Lane = JobLane.Priority }, Cancelled);
        Assert.Empty(await ClaimAsync());
        Assert.Equal("away", Assert.Single(await ReadAsync()).LastError);
    }

    [Fact]
    public async Task What_is_due_is_claimed_once_in_order_of_lane_and_time()
    {
        var now = DateTimeOffset.UtcNow;
        await EnqueueAsync("late", now.AddMinutes(-1));
        await EnqueueAsync("early", now.AddMinutes(-2));
        await EnqueueAsync("not yet", now.AddHours(1));
        await EnqueueAsync("not yet, urgent", now.AddHours(1), JobLane.Priority);
        await EnqueueAsync("urgent", now.AddMinutes(-1), JobLane.Priority);
        Assert.Equal(["urgent", "early"], (await ClaimAsync(limit: 2)).Select(job => job.Key));
        var last = Assert.Single(await ClaimAsync());
        Assert.Equal(("late", 1), (last.Key, last.Attempts));
        Assert.InRange(last.DueAt, now.AddMinutes(-1).AddMilliseconds(-1), now.AddMinutes(-1));
        Assert.Empty(await ClaimAsync());
        var running = (await ReadAsync(JobState.Running)).Single(job => job.Key == "late");
        Assert.Equal("worker", running.LeaseOwner);
        Assert.True(running.DueAt > now.AddMinutes(50), "It is due again when its lease ends.");
    }

    [Fact]
    public async Task A_job_is_due_so_long_from_now_by_the_clock_of_the_store_and_a_claim_says_what_time_it_is_there()
    {
        var began = DateTimeOffset.UtcNow;
        await Store.EnqueueAsync(NewJob("alone") with { DueIn = Hour }, Cancelled);
        await Store.EnqueueAsync([NewJob("together") with { DueIn = Hour }, NewJob("now")], Cancelled);
        var claimed = Assert.Single(await ClaimAsync());
        Assert.Equal("now", claimed.Key);
        Assert.InRange(claimed.ClaimedAt, claimed.DueAt, DateTimeOffset.UtcNow);
        Assert.Equal(claimed.ClaimedAt, (await Store.FindAsync(claimed.JobId, Cancelled))!.UpdatedAt);
        Assert.All(
            await ReadAsync(JobState.Queued),
            job => Assert.InRange(job.DueAt, (began + Hour).AddMilliseconds(-1), claimed.ClaimedAt + Hour));
        Assert.Equal(2, (await ReadAsync(JobState.Queued)).Count);
    }

    [Fact]
    public async Task Of_many_workers_each_job_goes_to_one()
    {
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => EnqueueAsync($"{i}")));
        var claims = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? Store : OtherSilo).ClaimAsync(Claim(limit: 3), Cancelled)));
        var keys = claims.SelectMany(jobs => jobs).Select(job => job.Key).ToList();
        Assert.Equal(60, keys.Count);
        Assert.Equal(60, keys.Distinct().Count());
        Assert.All(claims, jobs => Assert.InRange(jobs.Count, 0, 3));
    }

    [Fact]
    public async Task No_more_jobs_run_at_a_time_than_the_kind_allows_whoever_claims_them()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => EnqueueAsync($"{i}")));
        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            (i % 2 == 0 ? Store : OtherSilo).ClaimAsync(Claim() with { Concurrency = 3 }, Cancelled)));
        var running = claims.SelectMany(jobs => jobs).ToList();
        Assert.Equal(3, running.Count);

        // A place is free when a job has ended, and when a lease is over.
        await SettleAsync(running[0], JobState.Done);
        Assert.Single(await Store.ClaimAsync(Claim() with { Concurrency = 3 }, Cancelled));
        await Store.ExtendAsync([new JobLease(running[1].JobId, running[1].Token)], TimeSpan.Zero, Cancelled);
        Assert.Single(await Store.ClaimAsync(Claim() with { Concurrency = 3 }, Cancelled));
        Assert.Empty(await Store.ClaimAsync(Claim() with { Concurrency = 3 }, Cancelled));
    }

    [Fact]
    public async Task No_more_jobs_are_begun_than_the_bucket_has_tokens_for_whoever_claims_them()
    {
        var claim = Claim() with { Rate = new JobRate(PerSecond: 0.001, Burst: 5) };
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => EnqueueAsync($"{i}")));
        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? Store : OtherSilo).ClaimAsync(claim with { Limit = 2 }, Cancelled)));
        Assert.Equal(5, claims.Sum(jobs => jobs.Count));

        // Of another kind, and faster, there are tokens.
        Assert.NotEmpty(await Store.ClaimAsync(claim with { Rate = new JobRate(PerSecond: 1e9, Burst: 5) }, Cancelled));
    }

    [Fact]
    public async Task Kinds_that_share_a_bucket_take_their_tokens_from_one_whoever_claims_them()
    {
        var claim = Claim() with { Rate = new JobRate(PerSecond: 0.001, Burst: 5) };
        var sharing = claim with { Kind = Kind + "-sharing", Rate = claim.Rate with { BucketOf = Kind } };
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => EnqueueAsync($"{i}")));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Store.EnqueueAsync(new NewJob(Guid.CreateVersion7(), sharing.Kind, $"{i}", ReadOnlyMemory<byte>.Empty), Cancelled)));
        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            (i % 4 < 2 ? Store : OtherSilo).ClaimAsync((i % 2 == 0 ? claim : sharing) with { Limit = 2, Token = Guid.NewGuid() }, Cancelled)));
        Assert.Equal(5, claims.Sum(jobs => jobs.Count));
        Assert.NotEmpty(await Store.ClaimAsync(sharing with { Rate = claim.Rate }, Cancelled));
    }

    [Fact]
    public async Task A_lease_that_is_over_gives_its_job_to_another_worker_and_the_first_one_writes_nothing()
    {
        await EnqueueAsync("job");
        var first = Assert.Single(await ClaimAsync(lease: TimeSpan.Zero));
        var second = Assert.Single(await OtherSilo.ClaimAsync(Claim(), Cancelled));
        Assert.Equal((first.JobId, 2), (second.JobId, second.Attempts));
        Assert.Null(await Store.SettleAsync(new JobSettlement(first.JobId, first.Token, JobState.Done, 1) { Result = "first"u8.ToArray() }, Cancelled));
        Assert.Equal(JobState.Running, (await Store.FindAsync(first.JobId, Cancelled))!.State);
        Assert.Equal(JobState.Done, await OtherSilo.SettleAsync(new JobSettlement(second.JobId, second.Token, JobState.Done, 2) { Result = "second"u8.ToArray() }, Cancelled));
        Assert.Null(await Store.SettleAsync(new JobSettlement(first.JobId, first.Token, JobState.Dead, 1, "late"), Cancelled));
        var row = (await Store.FindAsync(first.JobId, Cancelled))!;
        Assert.Equal((JobState.Done, "second", null), (row.State, System.Text.Encoding.UTF8.GetString(row.Result!.Value.Span), row.LastError));
    }

    [Fact]
    public async Task A_lease_that_is_over_still_settles_while_nobody_else_has_the_job()
    {
        await EnqueueAsync("job");
        var job = Assert.Single(await ClaimAsync(lease: TimeSpan.Zero));
        Assert.Equal(JobState.Done, await Store.SettleAsync(new JobSettlement(job.JobId, job.Token, JobState.Done, 1), Cancelled));
        Assert.Null((await Store.FindAsync(job.JobId, Cancelled))!.Result);
    }

    [Fact]
    public async Task A_settlement_whose_answer_was_lost_is_answered_the_same_again()
    {
        await EnqueueAsync("job");
        var job = Assert.Single(await ClaimAsync());
        var settlement = new JobSettlement(job.JobId, job.Token, JobState.Queued, 1, "away") { DueIn = TimeSpan.Zero };
        Assert.Equal(settlement.State, await Store.SettleAsync(settlement, Cancelled));
        Assert.Equal(settlement.State, await OtherSilo.SettleAsync(settlement, Cancelled));
        Assert.Single(await ClaimAsync());
        Assert.Null(await Store.SettleAsync(settlement, Cancelled));
    }

    [Fact]
    public async Task Leases_are_held_by_those_who_have_them_only()
    {
        await EnqueueAsync("held");
        await EnqueueAsync("lost");
        await EnqueueAsync("ended");
        var jobs = (await ClaimAsync(lease: TimeSpan.Zero, limit: 3)).ToDictionary(job => job.Key);
        var ended = jobs["ended"];
        await SettleAsync(ended, JobState.Done);
        await Store.ExtendAsync([Lease("held")], Hour, Cancelled);
        Assert.Equal("lost", Assert.Single(await OtherSilo.ClaimAsync(Claim(), Cancelled)).Key);
        var lost = await Store.ExtendAsync([Lease("held"), Lease("lost"), Lease("ended")], Hour, Cancelled);
        Assert.Equal(new[] { Lease("lost"), Lease("ended") }.OrderBy(lease => lease.JobId), lost.OrderBy(lease => lease.JobId));

        // The same job under another lease is somebody else's.
        var stale = Lease("held") with { Token = Guid.NewGuid() };
        Assert.Equal(stale, Assert.Single(await Store.ExtendAsync([stale, Lease("held")], Hour, Cancelled)));

        JobLease Lease(string key) => new(jobs[key].JobId, jobs[key].Token);
    }

    [Fact]
    public async Task A_settled_job_is_due_when_its_settlement_says()
    {
        await EnqueueAsync("job");
        var job = Assert.Single(await ClaimAsync());
        await SettleAsync(job, JobState.Queued, dueIn: Hour);
        Assert.Empty(await ClaimAsync());
        Assert.InRange((await Store.FindNextDueAsync(Kind, Cancelled))!.Value, TimeSpan.FromMinutes(59), Hour);

        await EnqueueAsync("other");
        Assert.InRange((await Store.FindNextDueAsync(Kind, Cancelled))!.Value, TimeSpan.FromMinutes(-1), TimeSpan.Zero);
        var other = Assert.Single(await ClaimAsync());
        var at = DateTimeOffset.UtcNow.AddDays(2);
        Assert.Equal(JobState.Queued, await Store.SettleAsync(new JobSettlement(other.JobId, other.Token, JobState.Queued, 0) { DueAt = at }, Cancelled));
        Assert.InRange((await Store.FindAsync(other.JobId, Cancelled))!.DueAt, at.AddMilliseconds(-1), at);
        Assert.Null(await Store.FindNextDueAsync(Kind + "-none", Cancelled));
        Assert.Equal((new JobCounts(0, 2, 0), new JobCounts(0, 1, 0)), (await Store.CountAsync(Kind, 10, Cancelled), await Store.CountAsync(Kind, 1, Cancelled)));
    }

    [Fact]
    public async Task Settlements_that_come_together_have_an_answer_each_and_one_that_is_refused_keeps_none_of_the_others_back()
    {
        const int Each = 20;
        foreach (var end in new[] { "done", "dead", "again", "stranger", "refused" })
        {
            for (var i = 0; i < Each; i++)
            {
                await EnqueueAsync($"{end} {i}");
            }
        }

        var jobs = await ClaimAsync();
        await Store.EnqueueAsync(jobs.Where(job => job.Key.StartsWith("again", StringComparison.Ordinal)).Select(job => NewJob(job.Key) with { Repeat = JobRepeat.WhenBegun }).ToList(), Cancelled);
        var settlements = jobs.Select(job => (job.Key, Settled: Store.SettleAsync(SettlementOf(job), Cancelled))).ToList();

        // Others lock the same rows meanwhile, in whatever order they name them.
        await Task.WhenAll(
            OtherSilo.ExtendAsync(jobs.Reverse().Select(job => new JobLease(job.JobId, job.Token)).ToList(), Hour, Cancelled),
            OtherSilo.EnqueueAsync(jobs.Select(job => NewJob(job.Key)).ToList(), Cancelled));
        foreach (var (key, settled) in settlements)
        {
            if (key.StartsWith("refused", StringComparison.Ordinal))
            {
                await Assert.ThrowsAsync<JournalRejectedException>(() => settled);
                continue;
            }

            Assert.Equal(
                key.Split(' ')[0] switch { "done" => JobState.Done, "dead" => JobState.Dead, "again" => JobState.Queued, _ => default(JobState?) },
                await settled);
        }

        Assert.Equal(new JobCounts(0, Each, 2 * Each), await Store.CountAsync(Kind, 100, Cancelled));

        static JobSettlement SettlementOf(ClaimedJob job) => job.Key.Split(' ')[0] switch
        {
            "dead" => new JobSettlement(job.JobId, job.Token, JobState.Dead, 1, "no"),
            "stranger" => new JobSettlement(job.JobId, Guid.NewGuid(), JobState.Done, 1),
            "refused" => new JobSettlement(job.JobId, job.Token, JobState.Done, 1) { Result = new byte[64 * 1024 + 1] },
            _ => new JobSettlement(job.JobId, job.Token, JobState.Done, 1) { Result = new byte[] { 7 } },
        };
    }
}
