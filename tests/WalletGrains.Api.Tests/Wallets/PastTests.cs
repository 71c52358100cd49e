using System.Globalization;
using Xunit;

namespace WalletGrains.Api.Tests.Wallets;

/// <summary>Wallets as they were.</summary>
[Collection(ApiTests.Name)]
public sealed class PastTests(ApiFixture api)
{
    [Fact]
    public async Task Every_version_of_a_wallet_is_shown_as_it_was_when_it_was_the_newest()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        var other = await caller.OpenWalletAsync();
        var seen = new List<string> { (await caller.GetAsync($"/wallet/{walletId}")).Text };
        var random = new Random(7);
        for (var i = 0; i < 40; i++)
        {
            var amount = random.Next(1, 500).ToString(CultureInfo.InvariantCulture);
            var reply = (i % 4) switch
            {
                0 or 1 => await caller.PostAsync($"/wallet/{walletId}/deposit", $$"""{"amount":{{amount}}}"""),
                2 => await caller.PostAsync($"/wallet/{walletId}/withdraw", $$"""{"amount":{{amount}}}"""),
                _ => await caller.PostAsync($"/wallet/{walletId}/transfer", $$"""{"amount":{{amount}},"toWalletId":"{{other}}"}"""),
            };
            if (reply.Status == 200)
            {
                seen.Add((await caller.GetAsync($"/wallet/{walletId}")).Text);
            }
        }

        var history = (await caller.GetAsync($"/wallet/{walletId}/history?limit=200")).Json.GetProperty("items").EnumerateArray().Reverse()
            .Select(item => item.GetProperty("createdAt").GetDateTimeOffset()).ToArray();
        Assert.Equal(seen.Count - 1, history.Length);
        for (var version = 0; version < seen.Count; version++)
        {
            Assert.Equal(seen[version], (await caller.GetAsync($"/wallet/{walletId}?version={version}")).Text);
        }

        foreach (var at in history.Distinct())
        {
            var newest = Array.FindLastIndex(history, time => time <= at) + 1;
            Assert.Equal(seen[newest], (await caller.GetAsync($"/wallet/{walletId}?at={Text(at)}")).Text);
            Assert.Equal(seen[newest], (await caller.GetAsync($"/wallet/{walletId}?at={Text(at.AddTicks(9_999))}")).Text);
            var before = Array.FindLastIndex(history, time => time < at) + 1;
            if (before > 0)
            {
                Assert.Equal(seen[before], (await caller.GetAsync($"/wallet/{walletId}?at={Text(at.AddTicks(-1))}")).Text);
            }
        }
    }

    [Fact]
    public async Task What_a_wallet_never_was_is_not_found()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(5);
        var createdAt = (await caller.GetAsync($"/wallet/{walletId}")).Json.GetProperty("createdAt").GetDateTimeOffset();
        Assert.Equal(0, (await caller.GetAsync($"/wallet/{walletId}?at={Text(createdAt)}")).Json.GetProperty("version").GetInt64());
        Assert.Equal(1, (await caller.GetAsync($"/wallet/{walletId}?at=9999-12-31T23:59:59.9999999Z")).Json.GetProperty("version").GetInt64());

        foreach (var query in new[] { "version=2", "version=9223372036854775807", $"at={Text(createdAt.AddMilliseconds(-1))}", "at=0001-01-01T00:00:00Z" })
        {
            (await caller.GetAsync($"/wallet/{walletId}?{query}")).AssertProblem(404, "NOT_FOUND");
        }

        (await caller.GetAsync($"/wallet/{Guid.CreateVersion7()}?version=0")).AssertProblem(404, "NOT_FOUND");
        (await api.Customer().GetAsync($"/wallet/{walletId}?version=1")).AssertProblem(404, "NOT_FOUND");
        Assert.Equal(200, (await api.Operator().GetAsync($"/wallet/{walletId}?version=1")).Status);
    }

    [Theory]
    [InlineData("version=-1")]
    [InlineData("version=1.0")]
    [InlineData("version=")]
    [InlineData("version=9223372036854775808")]
    [InlineData("version=1&version=1")]
    [InlineData("at=yesterday")]
    [InlineData("at=2026-01-01T00:00:00")]
    [InlineData("at=2026-01-01T00:00:00Z&version=1")]
    [InlineData("from=2026-01-01T00:00:00Z")]
    public async Task A_past_that_cannot_be_read_is_refused(string query)
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        (await caller.GetAsync($"/wallet/{walletId}?{query}")).AssertProblem(400, "VALIDATION");
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}
