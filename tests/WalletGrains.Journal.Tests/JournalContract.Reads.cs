using Xunit;

namespace WalletGrains.Journal.Tests;

public abstract partial class JournalContract
{
    [Fact]
    public async Task A_wallet_is_loaded_with_what_was_decided_under_the_request_ids_that_are_asked_for()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var (deposit, refusal) = (wallet.Deposit(1, "deposit"), wallet.Refuse("refusal"));
        await Task.WhenAll(new[] { deposit, refusal, wallet.Deposit(2) }.Select(Journal.AppendAsync));

        var loaded = (await Journal.LoadAsync(wallet.Id, ["refusal", "never", "deposit", "deposit"], Cancelled))!;

        AssertSame(wallet.Head, loaded.Head);
        Assert.Equal(["deposit", "refusal"], loaded.Decisions.Keys.Order());
        AssertSame(deposit.Entry!, loaded.Decisions["deposit"].Entry!);
        Assert.Equal(refusal.Refusal!.Content.ToArray(), loaded.Decisions["refusal"].Refusal!.Content.ToArray());
        Assert.Empty((await Journal.LoadAsync(wallet.Id, [], Cancelled))!.Decisions);
        Assert.Null(await Journal.LoadAsync(Guid.CreateVersion7(), ["deposit"], Cancelled));
    }

    [Fact]
    public async Task A_load_asks_for_a_limited_number_of_request_ids()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var ids = Enumerable.Range(0, JournalLimits.MaxAsked + 1).Select(i => $"r{i}").ToArray();
        Assert.NotNull(await Journal.LoadAsync(wallet.Id, ids[1..], Cancelled));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Journal.LoadAsync(wallet.Id, ids, Cancelled));
    }

    [Fact]
    public async Task A_thousand_wallets_are_loaded_together()
    {
        var wallets = Enumerable.Range(0, 1000).Select(_ => new TestWallet()).ToArray();
        await Task.WhenAll(wallets.Select(wallet => Journal.OpenAsync(wallet.Head)));
        await Task.WhenAll(wallets.Where((_, i) => i % 2 == 0).Select(wallet => Journal.AppendAsync(wallet.Deposit(5, "r"))));

        var loaded = await Task.WhenAll(wallets.Concat(wallets).Select((wallet, i) => Journal.LoadAsync(wallet.Id, i < 1000 ? ["r"] : [], Cancelled)));

        for (var i = 0; i < loaded.Length; i++)
        {
            AssertSame(wallets[i % 1000].Head, loaded[i]!.Head);
            Assert.InRange(loaded[i]!.Decisions.Count, i < 1000 ? wallets[i].Head.Version : 0, wallets[i % 1000].Head.Version);
        }
    }

    [Fact]
    public async Task Pages_of_entries_follow_the_version_down_without_gap_or_repetition()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => Journal.AppendAsync(wallet.Deposit(1))));

        var versions = new List<long>();
        var before = long.MaxValue;
        while (await Journal.ReadEntriesAsync(new EntryQuery(wallet.Id, before, 10), Cancelled) is { Count: > 0 } page)
        {
            Assert.True(page.Count <= 10);
            versions.AddRange(page.Select(entry => entry.Version));
            before = page[^1].Version;

            // An entry that arrives meanwhile must not shift the next page.
            await Journal.AppendAsync(wallet.Deposit(1));
        }

        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(version => (long)version), versions);
    }

    [Fact]
    public async Task Entries_are_filtered_by_type_and_by_time_with_an_open_end()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        foreach (var amount in new[] { 100, -10, 100, -20, 100, -30 })
        {
            Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(amount)));
        }

        var all = await ReadAllAsync(wallet.Id);
        var query = new EntryQuery(wallet.Id, long.MaxValue, 100);

        Assert.Equal([6, 4, 2], (await Journal.ReadEntriesAsync(query with { Types = ["Withdrawn"] }, Cancelled)).Select(entry => entry.Version));
        Assert.Equal([5, 4, 3], (await Journal.ReadEntriesAsync(query with { From = all[2].CreatedAt, To = all[5].CreatedAt }, Cancelled)).Select(entry => entry.Version));
        Assert.Equal([4], (await Journal.ReadEntriesAsync(
            query with { Types = ["Withdrawn"], From = all[2].CreatedAt, To = all[5].CreatedAt }, Cancelled)).Select(entry => entry.Version));
        Assert.Empty(await Journal.ReadEntriesAsync(query with { From = all[5].CreatedAt.AddTicks(10) }, Cancelled));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(JournalLimits.MaxPage + 1)]
    public async Task A_page_has_a_limit(int limit)
    {
        var entries = limit > JournalLimits.MaxPage ? JournalLimits.MaxHistoryPage + 1 : limit;
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Journal.ReadEntriesAsync(new EntryQuery(Guid.NewGuid(), 1, entries), Cancelled));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Journal.ReadHeadsOfOwnerAsync(Guid.NewGuid(), Guid.Empty, limit, Cancelled));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Journal.ReadUnfinishedTransfersAsync(DateTimeOffset.UnixEpoch, null, limit, Cancelled));
    }

    [Fact]
    public async Task Wallets_of_an_owner_are_listed_in_order_of_their_ids_page_by_page()
    {
        var owner = Guid.NewGuid();
        var ids = Enumerable.Range(0, 7).Select(_ => Guid.NewGuid()).Order().ToArray();
        await Task.WhenAll(ids.Reverse().Select(id => Journal.OpenAsync(new TestWallet(owner, id).Head)));
        await TestWallet.OpenAsync(Journal, Guid.NewGuid());
        await TestWallet.OpenAsync(Journal);

        var first = await Journal.ReadHeadsOfOwnerAsync(owner, Guid.Empty, 4, Cancelled);
        var second = await Journal.ReadHeadsOfOwnerAsync(owner, first[^1].WalletId, 4, Cancelled);

        Assert.Equal(ids[..4], first.Select(head => head.WalletId));
        Assert.Equal(ids[4..], second.Select(head => head.WalletId));
        Assert.Empty(await Journal.ReadHeadsOfOwnerAsync(owner, ids[^1], 4, Cancelled));
    }

    [Fact]
    public async Task A_cancelled_read_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Journal.ReadEntriesAsync(new EntryQuery(Guid.NewGuid(), 1, 1), cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Journal.LoadAsync(Guid.NewGuid(), [], cancelled.Token));
    }
}
