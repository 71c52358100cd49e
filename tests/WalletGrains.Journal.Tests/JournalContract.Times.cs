using Xunit;

namespace WalletGrains.Journal.Tests;

public abstract partial class JournalContract
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task A_stretch_of_time_holds_the_entries_that_a_look_at_all_of_them_finds(int length)
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var random = new Random(length);
        var at = wallet.Head.CreatedAt;
        for (var i = 0; i < length; i++)
        {
            // Many at the same moment, as a busy wallet has them.
            at = at.AddMilliseconds(random.Next(3));
            Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(Decided(wallet.Deposit(1), at)));
        }

        var all = await ReadAllAsync(wallet.Id);
        var borders = Enumerable.Range(-1, (int)(at - wallet.Head.CreatedAt).TotalMilliseconds + 3).Select(n => wallet.Head.CreatedAt.AddMilliseconds(n)).ToArray();
        for (var i = 0; i < 60; i++)
        {
            DateTimeOffset? from = i % 3 == 0 ? null : random.GetItems(borders, 1)[0];
            DateTimeOffset? to = i % 4 == 0 ? null : random.GetItems(borders, 1)[0];
            var query = new EntryQuery(wallet.Id, random.Next(length + 2), 50, null, from, to, random.Next(length + 1), OldestFirst: i % 2 == 0);

            var expected = all
                .Where(entry => entry.Version < query.BeforeVersion && entry.Version > query.AfterVersion)
                .Where(entry => (from is null || entry.CreatedAt >= from) && (to is null || entry.CreatedAt < to))
                .Select(entry => entry.Version);
            Assert.Equal(
                (query.OldestFirst ? expected.Order() : expected.OrderDescending()).Take(50),
                (await Journal.ReadEntriesAsync(query, Cancelled)).Select(entry => entry.Version));
        }
    }

    private static WalletAppend Decided(WalletAppend append, DateTimeOffset at) =>
        new(append.Head, append.PreviousHash, append.Entry! with { CreatedAt = at });
}
