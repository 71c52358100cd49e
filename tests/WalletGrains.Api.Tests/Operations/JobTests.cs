using WalletGrains.Journal.Jobs;
using Xunit;

namespace WalletGrains.Api.Tests.Operations;

/// <summary>What operators see of the durable work, and what they decide on dead letters.</summary>
[Collection(ApiTests.Name)]
public sealed class JobTests(ApiFixture api)
{
    // Of a kind that nobody drives, so that its jobs stay as the test leaves them.
    private readonly string _kind = $"test-{Guid.NewGuid():N}";

    [Fact]
    public async Task An_operator_lists_jobs_by_kind_and_status_and_opens_one()
    {
        var ids = await EnqueueAsync(5);
        await SettleOneAsync(JobState.Done, result: "{\"paid\":true}");
        var listed = new List<Guid>();
        var cursor = "";
        while (cursor is not null)
        {
            var page = await api.Operator().GetAsync($"/ops/jobs?kind={_kind}&limit=2{cursor}");
            Assert.True(page.Status == 200, page.Text);
            listed.AddRange(page.Json.GetProperty("items").EnumerateArray().Select(job => job.GetProperty("jobId").GetGuid()));
            cursor = page.Json.GetProperty("nextCursor").GetString() is { } next ? "&cursor=" + next : null;
        }

        Assert.Equal(ids.AsEnumerable().Reverse(), listed);
        var done = Assert.Single((await api.Operator().GetAsync($"/ops/jobs?kind={_kind}&status=DONE")).Json.GetProperty("items").EnumerateArray());
        Assert.False(done.TryGetProperty("payload", out _) || done.TryGetProperty("result", out _));
        var job = (await api.Operator().GetAsync($"/ops/jobs/{done.GetProperty("jobId").GetGuid()}")).Json;
        Assert.Equal(
            ("{\"what\":\"to do\"}", "{\"paid\":true}", "DONE", 1, "worker"),
            (job.GetProperty("payload").GetString(), job.GetProperty("result").GetString(), job.GetProperty("status").GetString(), job.GetProperty("attempts").GetInt32(), job.GetProperty("worker").GetString()));
        Assert.Matches(ApiCaller.TimePattern, job.GetProperty("dueAt").GetString());

        // A cursor of one list is none of another.
        var first = (await api.Operator().GetAsync($"/ops/jobs?kind={_kind}&limit=1")).Json.GetProperty("nextCursor").GetString();
        (await api.Operator().GetAsync($"/ops/jobs?status=DONE&cursor={first}")).AssertProblem(400, "VALIDATION");
    }

    [Fact]
    public async Task The_work_of_the_product_itself_is_there()
    {
        var jobs = (await api.Operator().GetAsync("/ops/jobs?kind=hold-expiry")).Json.GetProperty("items").EnumerateArray();
        Assert.Equal("recurring", Assert.Single(jobs).GetProperty("key").GetString());
    }

    [Fact]
    public async Task A_dead_letter_is_retried_or_discarded_and_both_may_be_repeated()
    {
        await EnqueueAsync(2);
        var (one, other) = (await SettleOneAsync(JobState.Dead, error: "No <such> account."), await SettleOneAsync(JobState.Dead, error: "broken"));
        var listed = (await api.Operator().GetAsync($"/ops/dead-letters?kind={_kind}")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(new[] { one, other }.Order(), listed.Select(job => job.GetProperty("jobId").GetGuid()).Order());
        Assert.Contains(listed, job => job.GetProperty("lastError").GetString() == "No <such> account.");

        for (var i = 0; i < 2; i++)
        {
            var retried = await api.Operator().PostAsync($"/ops/dead-letters/{one}/retry", "");
            Assert.True(retried.Status == 200, retried.Text);
            Assert.Equal(("QUEUED", 0), (retried.Json.GetProperty("status").GetString(), retried.Json.GetProperty("attempts").GetInt32()));
            var discarded = await api.Operator().PostAsync($"/ops/dead-letters/{other}/discard", "");
            Assert.Equal((200, "DISCARDED"), (discarded.Status, discarded.Json.GetProperty("status").GetString()));
        }

        (await api.Operator().PostAsync($"/ops/dead-letters/{one}/discard", "")).AssertProblem(422, "NOT_A_DEAD_LETTER");
        (await api.Operator().PostAsync($"/ops/dead-letters/{other}/retry", "")).AssertProblem(422, "NOT_A_DEAD_LETTER");
        Assert.Empty((await api.Operator().GetAsync($"/ops/dead-letters?kind={_kind}")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal("QUEUED", (await api.Operator().GetAsync($"/ops/jobs/{one}")).Json.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("/ops/jobs?status=dead")]
    [InlineData("/ops/jobs?status=4")]
    [InlineData("/ops/jobs?kind=")]
    [InlineData("/ops/jobs?kind=a%20b")]
    [InlineData("/ops/jobs?kind=%27%3B%20drop%20table%20jobs%3B--")]
    [InlineData("/ops/jobs?limit=0")]
    [InlineData("/ops/jobs?limit=201")]
    [InlineData("/ops/jobs?cursor=AAAA")]
    [InlineData("/ops/jobs?state=DEAD")]
    [InlineData("/ops/dead-letters?status=DEAD")]
    [InlineData("/ops/dead-letters?cursor=forged")]
    [InlineData("/ops/jobs/abc")]
    [InlineData("/ops/jobs/00000000-0000-0000-0000-000000000000?limit=1")]
    public async Task A_request_that_means_nothing_is_refused(string path) =>
        (await api.Operator().GetAsync(path)).AssertProblem(400, "VALIDATION");

    [Fact]
    public async Task An_unknown_job_is_not_found_and_a_malformed_id_refused()
    {
        (await api.Operator().GetAsync($"/ops/jobs/{Guid.CreateVersion7()}")).AssertProblem(404, "NOT_FOUND");
        foreach (var decision in new[] { "retry", "discard" })
        {
            (await api.Operator().PostAsync($"/ops/dead-letters/{Guid.CreateVersion7()}/{decision}", "")).AssertProblem(404, "NOT_FOUND");
            (await api.Operator().PostAsync($"/ops/dead-letters/abc/{decision}", "")).AssertProblem(400, "VALIDATION");
        }
    }

    [Fact]
    public async Task Nobody_but_operators_sees_or_decides_anything()
    {
        await EnqueueAsync(1);
        var dead = await SettleOneAsync(JobState.Dead, error: "broken");
        foreach (var (caller, status, code) in new[] { (api.Customer(), 403, "FORBIDDEN"), (api.Service(), 403, "FORBIDDEN"), (api.Anonymous(), 401, "UNAUTHENTICATED") })
        {
            foreach (var path in new[] { "/ops/jobs", $"/ops/jobs/{dead}", "/ops/dead-letters" })
            {
                (await caller.GetAsync(path)).AssertProblem(status, code);
            }

            foreach (var decision in new[] { "retry", "discard" })
            {
                (await caller.PostAsync($"/ops/dead-letters/{dead}/{decision}", "")).AssertProblem(status, code);
            }
        }

        Assert.Equal("DEAD", (await api.Operator().GetAsync($"/ops/jobs/{dead}")).Json.GetProperty("status").GetString());
    }

    private async Task<List<Guid>> EnqueueAsync(int count)
    {
        var ids = Enumerable.Range(0, count).Select(i => Guid.CreateVersion7(DateTimeOffset.UtcNow.AddSeconds(i))).ToList();
        foreach (var id in ids)
        {
            await api.Jobs.EnqueueAsync(new NewJob(id, _kind, $"{id}", "{\"what\":\"to do\"}"u8.ToArray()), TestContext.Current.CancellationToken);
        }

        return ids;
    }

    private async Task<Guid> SettleOneAsync(JobState state, string? error = null, string? result = null)
    {
        var claim = new JobClaim(_kind, "worker", Guid.NewGuid(), TimeSpan.FromHours(1), Limit: 1, Concurrency: 100, Rate: null);
        var job = Assert.Single(await api.Jobs.ClaimAsync(claim, TestContext.Current.CancellationToken));
        var settlement = new JobSettlement(job.JobId, job.Token, state, 1, error)
        {
            Result = result is null ? default(ReadOnlyMemory<byte>?) : System.Text.Encoding.UTF8.GetBytes(result),
        };
        Assert.Equal(settlement.State, await api.Jobs.SettleAsync(settlement, TestContext.Current.CancellationToken));
        return job.JobId;
    }
}
