using WalletGrains.Journal.Activity;
using Xunit;

namespace WalletGrains.Journal.Tests.Activity;

/// <summary>What every log of committed entries promises those who follow it.</summary>
public abstract class ActivityLogContract
{
    protected abstract IJournal Journal { get; }

    protected abstract IJournal OtherSilo { get; }

    protected abstract IActivityLog Log { get; }

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_follower_gets_every_entry_once_and_those_of_a_wallet_in_order()
    {
        var from = await Log.FindEndAsync(Cancelled);
        var wallets = new[] { await TestWallet.OpenAsync(Journal), await TestWallet.OpenAsync(Journal), await TestWallet.OpenAsync(OtherSilo) };
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => (i % 3 == 2 ? OtherSilo : Journal).AppendAsync(wallets[i % 3].Deposit(1))));

        var entries = await FollowAsync(from, partitions: 1, partition: 0, limit: 7);
        foreach (var wallet in wallets)
        {
            Assert.Equal(
                Enumerable.Range(1, 100).Select(version => (long)version),
                entries.Where(entry => entry.WalletId == wallet.Id).Select(entry => entry.Version));
        }
    }

    [Fact]
    public async Task Refusals_are_no_entries()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var from = await Log.FindEndAsync(Cancelled);
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Refuse()));
        Assert.DoesNotContain(await FollowAsync(from, 1, 0, 100), entry => entry.WalletId == wallet.Id);
    }

    [Fact]
    public async Task Each_wallet_is_in_one_partition()
    {
        var from = await Log.FindEndAsync(Cancelled);
        var wallets = new List<TestWallet>();
        for (var i = 0; i < 40; i++)
        {
            wallets.Add(await TestWallet.OpenAsync(Journal));
        }

        await Task.WhenAll(wallets.Select(wallet => Journal.AppendAsync(wallet.Deposit(1))));
        var found = new List<(Guid WalletId, int Partition)>();
        for (var partition = 0; partition < 3; partition++)
        {
            found.AddRange((await FollowAsync(from, 3, partition, 5)).Select(entry => (entry.WalletId, partition)));
        }

        foreach (var wallet in wallets)
        {
            Assert.Equal((wallet.Id, ActivityQuery.PartitionOf(wallet.Id, 3)), Assert.Single(found, entry => entry.WalletId == wallet.Id));
        }
    }

    [Fact]
    public async Task A_page_says_where_the_next_one_begins()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var from = await Log.FindEndAsync(Cancelled);
        var append = wallet.Deposit(1);
        await Journal.AppendAsync(append);
        var entry = (await FollowAsync(from, 1, 0, 100)).Single(entry => entry.WalletId == wallet.Id);
        Assert.Equal(append.Entry!.Content.ToArray(), entry.Content.ToArray());
        var end = await FindSettledEndAsync();
        Assert.True(end > from);
        Assert.Empty((await Log.ReadAsync(new ActivityQuery(0, 1, end, 100), Cancelled)).Entries);
    }

    [Theory]
    [InlineData(0, 0, 0, 1)]
    [InlineData(0, 257, 0, 1)]
    [InlineData(2, 2, 0, 1)]
    [InlineData(-1, 2, 0, 1)]
    [InlineData(0, 1, -1, 1)]
    [InlineData(0, 1, 0, 0)]
    [InlineData(0, 1, 0, 5001)]
    public async Task A_query_that_means_nothing_is_refused(int partition, int partitions, long from, int limit) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Log.ReadAsync(new ActivityQuery(partition, partitions, from, limit), Cancelled));

    /// <summary>A position above everything that is committed, once nothing is under way below it.</summary>
    private protected abstract Task<long> FindSettledEndAsync();

    /// <summary>Everything from a position to the end of what is committed now.</summary>
    private protected async Task<List<LoggedEntry>> FollowAsync(long from, int partitions, int partition, int limit)
    {
        var entries = new List<LoggedEntry>();
        var end = await FindSettledEndAsync();
        while (from < end)
        {
            var page = await Log.ReadAsync(new ActivityQuery(partition, partitions, from, limit), Cancelled);
            Assert.Equal(from, page.From);
            Assert.True(page.To > from);
            entries.AddRange(page.Entries);
            from = page.To;
        }

        return entries;
    }
}
