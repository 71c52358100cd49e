using Xunit;

namespace WalletGrains.Journal.Tests;

public sealed class MemoryJournalTests : JournalContract
{
    protected override IJournal Journal { get; } = new MemoryJournal(time: TimeProvider.System);

    protected override IJournal OtherSilo => Journal;

    [Fact]
    public async Task A_fault_before_the_commit_writes_nothing()
    {
        var isAway = false;
        var journal = new MemoryJournal((point, _) =>
            isAway && point == CommitPoint.Before ? throw new JournalUnavailableException("away") : Task.CompletedTask);
        var wallet = await TestWallet.OpenAsync(journal);
        var before = wallet.Copy();

        isAway = true;
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(wallet.Deposit(100)));

        Assert.Equal(before.Head.Revision, (await journal.LoadAsync(wallet.Id, [], Cancelled))!.Head.Revision);
    }

    [Fact]
    public async Task A_fault_after_the_commit_loses_only_the_answer()
    {
        var isLost = false;
        var journal = new MemoryJournal((point, _) =>
            isLost && point == CommitPoint.After ? throw new JournalOutcomeUnknownException("lost") : Task.CompletedTask);
        var wallet = await TestWallet.OpenAsync(journal);
        var append = wallet.Deposit(100);

        isLost = true;
        await Assert.ThrowsAsync<JournalOutcomeUnknownException>(() => journal.AppendAsync(append));
        isLost = false;

        Assert.Equal(AppendStatus.RequestIdTaken, await journal.AppendAsync(wallet.Copy().Deposit(100, append.RequestId)));
    }

    [Fact]
    public async Task Appends_of_one_wallet_keep_their_order_while_a_commit_is_held_up()
    {
        var released = new TaskCompletionSource();
        var isFirst = true;
        var journal = new MemoryJournal((point, _) =>
        {
            var wait = point == CommitPoint.Before && isFirst;
            isFirst = false;
            return wait ? released.Task : Task.CompletedTask;
        });
        var wallet = new TestWallet();
        var opening = journal.OpenAsync(wallet.Head);
        var appends = Enumerable.Range(0, 20).Select(_ => journal.AppendAsync(wallet.Deposit(1))).ToArray();

        released.SetResult();

        Assert.True(await opening);
        Assert.All(await Task.WhenAll(appends), status => Assert.Equal(AppendStatus.Applied, status));
    }
}
