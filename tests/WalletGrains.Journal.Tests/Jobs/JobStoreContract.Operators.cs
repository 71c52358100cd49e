using WalletGrains.Journal.Jobs;
using Xunit;

namespace WalletGrains.Journal.Tests.Jobs;

/// <content>Dead letters, lists, the purge, and what no job can be.</content>
public abstract partial class JobStoreContract
{
    [Fact]
    public async Task A_dead_letter_is_retried_or_discarded_once_and_nothing_else_is()
    {
        foreach (var key in (string[])["retried", "discarded", "done"])
        {
            await EnqueueAsync(key);
        }

        var jobs = (await ClaimAsync(limit: 3)).ToDictionary(job => job.Key, job => job);
        Assert.False(await Store.RetryAsync(jobs["retried"].JobId, Cancelled));
        Assert.False(await Store.DiscardAsync(jobs["retried"].JobId, Cancelled));
        await SettleAsync(jobs["retried"], JobState.Dead, error: "broken");
        await SettleAsync(jobs["discarded"], JobState.Dead, error: "broken");
        await SettleAsync(jobs["done"], JobState.Done);
        Assert.Equal(["discarded", "retried"], (await ReadAsync(JobState.Dead)).Select(job => job.Key).Order());

        var decisions = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? Store : OtherSilo).RetryAsync(jobs["retried"].JobId, Cancelled)));
        Assert.Single(decisions, decided => decided);
        Assert.True(await Store.DiscardAsync(jobs["discarded"].JobId, Cancelled));
        Assert.False(await Store.DiscardAsync(jobs["discarded"].JobId, Cancelled));
        Assert.False(await Store.RetryAsync(jobs["discarded"].JobId, Cancelled));
        Assert.False(await Store.RetryAsync(jobs["done"].JobId, Cancelled));
        Assert.False(await Store.DiscardAsync(Guid.CreateVersion7(), Cancelled));

        var again = Assert.Single(await ClaimAsync());
        Assert.Equal(("retried", 1), (again.Key, again.Attempts));
        Assert.Equal("broken", (await Store.FindAsync(again.JobId, Cancelled))!.LastError);
        Assert.Equal(JobState.Discarded, (await Store.FindAsync(jobs["discarded"].JobId, Cancelled))!.State);
    }

    [Fact]
    public async Task Jobs_are_listed_page_by_page_the_newest_first()
    {
        var ids = Enumerable.Range(0, 7).Select(i => Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddSeconds(i))).ToList();
        foreach (var (id, i) in ids.Select((id, i) => (id, i)).Reverse())
        {
            await Store.EnqueueAsync(NewJob($"{i}") with { JobId = id }, Cancelled);
        }

        await SettleAsync((await ClaimAsync(limit: 1))[0], JobState.Done);
        var listed = new List<JobRow>();
        IReadOnlyList<JobRow> page;
        do
        {
            page = await OtherSilo.ReadAsync(new JobQuery(Kind, null, listed.LastOrDefault()?.JobId, 3), Cancelled);
            listed.AddRange(page);
        }
        while (page.Count == 3);

        Assert.Equal(ids.AsEnumerable().Reverse(), listed.Select(job => job.JobId));
        Assert.Equal(6, (await ReadAsync(JobState.Queued)).Count);
        Assert.Single(await ReadAsync(JobState.Done));
        Assert.Contains(await Store.ReadAsync(new JobQuery(null, null, ids[1], JournalLimits.MaxPage), Cancelled), job => job.JobId == ids[0]);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ReadAsync(new JobQuery(null, null, null, JournalLimits.MaxPage + 1), Cancelled));
    }

    [Fact]
    public async Task The_purge_deletes_what_is_over_and_old_enough_and_nothing_else()
    {
        foreach (var key in (string[])["queued", "done", "dead", "discarded"])
        {
            await EnqueueAsync(key);
        }

        var jobs = (await ClaimAsync(limit: 4)).ToDictionary(job => job.Key, job => job);
        await SettleAsync(jobs["queued"], JobState.Queued, dueIn: TimeSpan.FromHours(-1));
        await SettleAsync(jobs["done"], JobState.Done);
        await SettleAsync(jobs["dead"], JobState.Dead, error: "broken");
        await SettleAsync(jobs["discarded"], JobState.Dead, error: "broken");
        await Store.DiscardAsync(jobs["discarded"].JobId, Cancelled);
        await Store.PurgeAsync(Hour, 1_000, Cancelled);
        Assert.Equal(4, (await ReadAsync()).Count);

        // Of a store that others use as well: step by step until nothing is left.
        var deleted = 0;
        for (var step = 1; step > 0; deleted += step)
        {
            step = await Store.PurgeAsync(TimeSpan.FromHours(-1), 1, Cancelled);
            Assert.InRange(step, 0, 1);
        }

        Assert.True(deleted >= 2);
        Assert.Equal(["dead", "queued"], (await ReadAsync()).Select(job => job.Key).Order());
        await EnqueueAsync("done");
        Assert.Equal(3, (await ReadAsync()).Count);
    }

    [Fact]
    public async Task What_no_job_can_be_is_rejected()
    {
        foreach (var bad in new[]
        {
            NewJob(""), NewJob(new string('x', 513)), NewJob("x") with { Kind = "" }, NewJob("x") with { Kind = new string('k', 65) },
            NewJob("x") with { Payload = new byte[64 * 1024 + 1] }, NewJob("x") with { Lane = (JobLane)2 }, NewJob("a\0b"),
        })
        {
            await Assert.ThrowsAsync<JournalRejectedException>(() => Store.EnqueueAsync(bad, Cancelled));
        }

        await EnqueueAsync("job");
        var job = Assert.Single(await ClaimAsync());
        foreach (var bad in new[]
        {
            new JobSettlement(job.JobId, job.Token, JobState.Dead, 1), new JobSettlement(job.JobId, job.Token, (JobState)9, 1),
            new JobSettlement(job.JobId, job.Token, JobState.Done, -1),
            new JobSettlement(job.JobId, job.Token, JobState.Done, 1) { Result = new byte[64 * 1024 + 1] },
        })
        {
            await Assert.ThrowsAsync<JournalRejectedException>(() => Store.SettleAsync(bad, Cancelled));
        }

        Assert.Equal(JobState.Running, (await Store.FindAsync(job.JobId, Cancelled))!.State);
    }

    protected NewJob NewJob(string key) => new(Guid.CreateVersion7(), Kind, key, ReadOnlyMemory<byte>.Empty);

    protected JobClaim Claim(int limit = 100, TimeSpan? lease = null) =>
        new(Kind, "worker", Guid.NewGuid(), lease ?? Hour, limit, Concurrency: 1_000, Rate: null);

    private Task EnqueueAsync(string key, DateTimeOffset? dueAt = null, JobLane lane = JobLane.Normal) =>
        Store.EnqueueAsync(NewJob(key) with { DueAt = dueAt, Lane = lane }, Cancelled);

    private Task<IReadOnlyList<ClaimedJob>> ClaimAsync(int limit = 100, TimeSpan? lease = null) => Store.ClaimAsync(Claim(limit, lease), Cancelled);

    /// <summary>Settles a job that nobody else has; its state after that.</summary>
    private async Task<JobState> SettleAsync(ClaimedJob job, JobState state, string? error = null, TimeSpan? dueIn = null)
    {
        var settled = await Store.SettleAsync(new JobSettlement(job.JobId, job.Token, state, job.Attempts, error) { DueIn = dueIn }, Cancelled);
        return Assert.NotNull(settled);
    }

    private Task<IReadOnlyList<JobRow>> ReadAsync(JobState? state = null) => Store.ReadAsync(new JobQuery(Kind, state, null, 200), Cancelled);
}
