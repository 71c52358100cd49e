using WalletGrains.Journal.Jobs;
using Xunit;

namespace WalletGrains.Journal.Tests.Jobs;

/// <summary>Work that is asked for again and again, in two lanes.</summary>
public abstract partial class JobStoreContract
{
    [Fact]
    public async Task Work_that_is_asked_for_while_it_runs_is_done_once_more_in_the_more_urgent_lane()
    {
        await Store.EnqueueAsync(Asked(), Cancelled);
        var first = Assert.Single(await ClaimAsync());
        Assert.Equal(JobLane.Normal, first.Lane);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? Store : OtherSilo).EnqueueAsync(
            Asked() with { Lane = i == 5 ? JobLane.Priority : JobLane.Normal }, Cancelled)));
        Assert.Empty(await ClaimAsync());
        Assert.Equal(JobState.Queued, await SettleAsync(first, JobState.Done));

        // A repeat is answered like the first time: with what became of the job.
        Assert.Equal(JobState.Queued, await Store.SettleAsync(new JobSettlement(first.JobId, first.Token, JobState.Done, 1), Cancelled));
        var second = Assert.Single(await ClaimAsync());
        Assert.Equal((JobLane.Priority, 1), (second.Lane, second.Attempts));
        Assert.Equal(JobState.Done, await SettleAsync(second, JobState.Done));
        Assert.Equal(JobState.Done, Assert.Single(await ReadAsync()).State);
    }

    [Fact]
    public async Task Work_that_is_asked_for_while_it_runs_waits_as_its_settlement_says_when_it_is_tried_again_anyway()
    {
        await Store.EnqueueAsync(Asked(), Cancelled);
        var first = Assert.Single(await ClaimAsync());
        await Store.EnqueueAsync(Asked() with { Lane = JobLane.Priority }, Cancelled);
        await SettleAsync(first, JobState.Queued, error: "away", dueIn: Hour);
        Assert.Empty(await ClaimAsync());
        var waiting = Assert.Single(await ReadAsync());
        Assert.Equal((JobLane.Priority, 1, "away"), (waiting.Lane, waiting.Attempts, waiting.LastError));
    }

    [Fact]
    public async Task Work_that_is_asked_for_while_it_is_done_for_this_time_is_done_once_more_at_once()
    {
        await Store.EnqueueAsync(Asked(), Cancelled);
        var first = Assert.Single(await ClaimAsync());
        await OtherSilo.EnqueueAsync(Asked(), Cancelled);
        Assert.Equal(JobState.Queued, await Store.SettleAsync(new JobSettlement(first.JobId, first.Token, JobState.Queued, Attempts: 0) { DueIn = Hour }, Cancelled));
        var second = Assert.Single(await ClaimAsync());
        Assert.Equal(1, second.Attempts);

        // Nobody has asked since: now it waits for its time.
        await SettleAsync(second, JobState.Queued, dueIn: Hour);
        Assert.Empty(await ClaimAsync());
    }

    [Fact]
    public async Task Work_that_is_asked_for_while_it_fails_for_good_begins_anew()
    {
        await Store.EnqueueAsync(Asked(), Cancelled);
        var first = Assert.Single(await ClaimAsync());
        await Store.EnqueueAsync(Asked(), Cancelled);
        Assert.Equal(JobState.Queued, await SettleAsync(first, JobState.Dead, error: "broken"));
        Assert.Equal(1, Assert.Single(await ClaimAsync()).Attempts);
    }

    [Fact]
    public async Task Work_that_is_asked_for_while_it_is_put_off_keeps_its_attempts()
    {
        await Store.EnqueueAsync(Asked(), Cancelled);
        var first = Assert.Single(await ClaimAsync());
        await Store.EnqueueAsync(Asked(), Cancelled);
        await Store.SettleAsync(new JobSettlement(first.JobId, first.Token, JobState.Queued, Attempts: 2) { DueIn = Hour }, Cancelled);
        Assert.Equal(3, Assert.Single(await ClaimAsync()).Attempts);
    }

    [Fact]
    public async Task A_job_leaves_the_priority_lane_when_its_settlement_says_so_until_it_is_asked_for_with_priority_again()
    {
        await Store.EnqueueAsync(Asked() with { Lane = JobLane.Priority }, Cancelled);
        await SettleAsync(Assert.Single(await ClaimAsync()), lane: JobLane.Normal);
        Assert.Equal(JobLane.Normal, Assert.Single(await ReadAsync()).Lane);

        // It was tried, so it keeps its time.
        await Store.EnqueueAsync(Asked() with { Lane = JobLane.Priority }, Cancelled);
        Assert.Equal((JobLane.Priority, "away"), Assert.Single(await ReadAsync()) is var raised ? (raised.Lane, raised.LastError) : default);
        Assert.Empty(await ClaimAsync());

        // Somebody asks for it while it runs, and waits.
        await Store.EnqueueAsync(NewJob("other") with { Lane = JobLane.Priority, Repeat = JobRepeat.WhenBegun }, Cancelled);
        var running = Assert.Single(await ClaimAsync());
        await Store.EnqueueAsync(NewJob("other") with { Lane = JobLane.Priority, Repeat = JobRepeat.WhenBegun }, Cancelled);
        await SettleAsync(running, lane: JobLane.Normal);
        Assert.All(await ReadAsync(), job => Assert.Equal(JobLane.Priority, job.Lane));

        Task SettleAsync(ClaimedJob job, JobLane lane) =>
            Store.SettleAsync(new JobSettlement(job.JobId, job.Token, JobState.Queued, Attempts: 1, "away") { DueIn = Hour, Lane = lane }, Cancelled);
    }

    [Fact]
    public async Task What_is_wanted_at_once_is_due_however_often_it_was_tried_and_once_more_when_it_runs()
    {
        await Store.EnqueueAsync(Asked(), Cancelled);
        await PutOffAsync(Assert.Single(await ClaimAsync()));
        await Store.EnqueueAsync(Asked(), Cancelled);
        Assert.Empty(await ClaimAsync());
        await Store.EnqueueAsync(Wanted(), Cancelled);
        var wanted = Assert.Single(await ClaimAsync());
        Assert.Equal(2, wanted.Attempts);

        await Store.EnqueueAsync([Wanted()], Cancelled);
        await Store.SettleAsync(new JobSettlement(wanted.JobId, wanted.Token, JobState.Done, Attempts: 2), Cancelled);
        Assert.Equal(wanted.JobId, Assert.Single(await ClaimAsync()).JobId);

        NewJob Wanted() => Asked() with { Repeat = JobRepeat.AtOnce };
        Task PutOffAsync(ClaimedJob job) =>
            Store.SettleAsync(new JobSettlement(job.JobId, job.Token, JobState.Queued, Attempts: 1, "away") { DueIn = Hour }, Cancelled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_wanted_at_once_while_it_runs_does_not_wait_for_the_failure_of_that_run_and_once_only(bool isAskedForAsWell)
    {
        await Store.EnqueueAsync(Asked(), Cancelled);
        var first = Assert.Single(await ClaimAsync());
        NewJob[] wishes = [.. isAskedForAsWell ? [Asked()] : Array.Empty<NewJob>(), Wanted(), Wanted(), .. isAskedForAsWell ? [Asked()] : Array.Empty<NewJob>()];
        foreach (var wish in wishes)
        {
            await Store.EnqueueAsync(wish, Cancelled);
        }

        Assert.Empty(await ClaimAsync());
        Assert.Equal(JobState.Queued, await SettleAsync(first, JobState.Queued, error: "away", dueIn: Hour));
        var second = Assert.Single(await ClaimAsync());
        Assert.Equal((first.JobId, 2), (second.JobId, second.Attempts));
        await SettleAsync(second, JobState.Queued, error: "still away", dueIn: Hour);
        Assert.Empty(await ClaimAsync());
        Assert.Equal((2, "still away"), Assert.Single(await ReadAsync()) is var waiting ? (waiting.Attempts, waiting.LastError) : default);

        NewJob Wanted() => Asked() with { Repeat = JobRepeat.AtOnce };
    }

    [Fact]
    public async Task Asking_again_for_what_waits_already_changes_nothing()
    {
        await Store.EnqueueAsync(Asked(), Cancelled);
        var waiting = Assert.Single(await ReadAsync());
        await Store.EnqueueAsync([Asked() with { DueAt = DateTimeOffset.UtcNow.AddHours(1) }], Cancelled);
        Assert.Equal(waiting with { Payload = default }, Assert.Single(await ReadAsync()) with { Payload = default });
    }

    [Fact]
    public async Task Jobs_that_are_enqueued_together_are_all_there_or_none()
    {
        var due = DateTimeOffset.UtcNow.AddHours(1);
        await Store.EnqueueAsync([NewJob("a"), NewJob("b") with { DueAt = due }, NewJob("c") with { Lane = JobLane.Priority }], Cancelled);
        Assert.Equal(["c", "a"], (await ClaimAsync(limit: 3)).Select(job => job.Key));
        Assert.Equal(new JobCounts(0, 1, 2), await Store.CountAsync(Kind, 100, Cancelled));
        await Assert.ThrowsAsync<JournalRejectedException>(() => Store.EnqueueAsync([NewJob("d"), NewJob("")], Cancelled));
        Assert.Equal(["a", "b", "c"], (await ReadAsync()).Select(job => job.Key).Order());
        await Store.EnqueueAsync([], Cancelled);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.EnqueueAsync(
            [.. Enumerable.Range(0, JournalLimits.MaxEnqueued + 1).Select(i => NewJob($"{i}"))], Cancelled));
    }

    [Fact]
    public async Task Many_who_enqueue_the_same_jobs_together_do_not_wait_for_each_other_for_ever()
    {
        string[] keys = [.. Enumerable.Range(0, 50).Select(i => $"{i}")];
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? Store : OtherSilo).EnqueueAsync(
            [.. (i % 3 == 0 ? keys : keys.Reverse()).Select(key => NewJob(key) with { Repeat = JobRepeat.WhenOver, Lane = (JobLane)(1 - (i / 5)) })], Cancelled)));
        Assert.Equal(new JobCounts(50, 0, 0), await Store.CountAsync(Kind, 100, Cancelled));
    }

    [Fact]
    public async Task The_last_tokens_of_the_bucket_are_for_the_priority_lane()
    {
        var claim = Claim(limit: 10) with { Rate = new JobRate(PerSecond: 0.001, Burst: 3, Reserved: 1) };
        for (var i = 0; i < 5; i++)
        {
            await EnqueueAsync($"{i}");
        }

        Assert.Equal(["0", "1"], (await Store.ClaimAsync(claim, Cancelled)).Select(job => job.Key));
        Assert.Empty(await OtherSilo.ClaimAsync(claim, Cancelled));
        await EnqueueAsync("urgent", lane: JobLane.Priority);
        await EnqueueAsync("urgent too", lane: JobLane.Priority);
        Assert.Equal(["urgent"], (await OtherSilo.ClaimAsync(claim, Cancelled)).Select(job => job.Key));
        Assert.Empty(await Store.ClaimAsync(claim, Cancelled));
    }

    private NewJob Asked() => NewJob("asked") with { Repeat = JobRepeat.WhenBegun };
}
