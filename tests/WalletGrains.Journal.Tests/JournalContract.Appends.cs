using Xunit;

namespace WalletGrains.Journal.Tests;

public abstract partial class JournalContract
{
    [Fact]
    public async Task A_wallet_is_opened_once()
    {
        var wallet = new TestWallet(ownerId: Guid.NewGuid());

        Assert.True(await Journal.OpenAsync(wallet.Head));
        Assert.False(await Journal.OpenAsync(wallet.Head));
        Assert.False(await OtherSilo.OpenAsync(wallet.Head with { Currency = "EUR" }));

        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task Two_openings_at_the_same_time_create_one_wallet()
    {
        var wallet = new TestWallet();

        var opened = await Task.WhenAll(
            Journal.OpenAsync(wallet.Head), Journal.OpenAsync(wallet.Head), OtherSilo.OpenAsync(wallet.Head), OtherSilo.OpenAsync(wallet.Head));

        Assert.Single(opened, isCreated => isCreated);
    }

    [Fact]
    public async Task An_opening_brings_no_money_with_it()
    {
        var rich = new TestWallet().Head with { BalanceMinor = 1 };

        Assert.Throws<ArgumentException>(() => { _ = Journal.OpenAsync(rich); });
        Assert.Null(await Journal.LoadAsync(rich.WalletId, [], Cancelled));
    }

    [Fact]
    public async Task A_wallet_may_be_used_before_its_opening_has_completed()
    {
        var wallet = new TestWallet();

        var opening = Journal.OpenAsync(wallet.Head);
        var appends = Enumerable.Range(0, 10).Select(_ => Journal.AppendAsync(wallet.Deposit(1))).ToArray();

        Assert.True(await opening);
        Assert.All(await Task.WhenAll(appends), status => Assert.Equal(AppendStatus.Applied, status));
        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task An_unknown_wallet_is_not_there()
    {
        var wallet = new TestWallet();

        Assert.Null(await Journal.LoadAsync(wallet.Id, [], Cancelled));
        Assert.Equal(AppendStatus.HeadMoved, await Journal.AppendAsync(wallet.Deposit(100)));
        Assert.Null(await Journal.LoadAsync(wallet.Id, [], Cancelled));
        Assert.Empty(await ReadAllAsync(wallet.Id));
    }

    [Fact]
    public async Task An_append_moves_the_head_and_is_read_back_byte_for_byte()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var append = wallet.Deposit(250);

        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(append));

        await AssertStoredAsync(wallet);
        AssertSame(append.Entry!, (await Journal.LoadAsync(wallet.Id, [append.RequestId], Cancelled))!.Decisions[append.RequestId].Entry!);
        AssertSame(append.Entry!, (await Journal.FindEntryAsync(append.Entry!.EntryId, Cancelled))!);
    }

    [Fact]
    public async Task Status_and_holds_move_with_the_head_but_owner_and_currency_stay()
    {
        var owner = Guid.NewGuid();
        var wallet = await TestWallet.OpenAsync(Journal, owner);
        wallet.Head = wallet.Head with { Status = "Frozen", HeldMinor = 70, OwnerId = Guid.NewGuid(), Currency = "EUR" };

        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(100)));

        wallet.Head = wallet.Head with { OwnerId = owner, Currency = "USD" };
        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task An_append_after_a_stale_revision_writes_nothing()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var stale = wallet.Copy();
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(100)));

        Assert.Equal(AppendStatus.HeadMoved, await OtherSilo.AppendAsync(stale.Deposit(900)));

        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task An_append_that_runs_ahead_of_the_head_writes_nothing()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var ahead = wallet.Copy();
        ahead.Deposit(1);

        Assert.Equal(AppendStatus.HeadMoved, await Journal.AppendAsync(ahead.Deposit(2)));

        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task An_append_decided_on_one_that_was_never_applied_does_not_follow_a_strangers_decision()
    {
        // The stranger takes the revision and version of the lost append: only the hash tells the two apart.
        var wallet = await TestWallet.OpenAsync(Journal);
        var ahead = wallet.Copy();
        var lost = ahead.Deposit(900);
        var behind = ahead.Deposit(9);
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(100)));

        Assert.Equal(AppendStatus.HeadMoved, await OtherSilo.AppendAsync(lost));
        Assert.Equal(AppendStatus.HeadMoved, await OtherSilo.AppendAsync(behind));

        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task A_stale_writer_cannot_even_refuse()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var stale = wallet.Copy();
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Refuse()));

        Assert.Equal(AppendStatus.HeadMoved, await OtherSilo.AppendAsync(stale.Copy().Refuse("stale")));
        Assert.Equal(AppendStatus.HeadMoved, await OtherSilo.AppendAsync(stale.Copy().Deposit(5)));

        Assert.Null(await Journal.FindDecisionAsync(wallet.Id, "stale", Cancelled));
        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task A_conflict_leaves_the_neighbours_of_its_batch_untouched()
    {
        var wallets = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => TestWallet.OpenAsync(Journal)));
        var stale = wallets[25].Copy();
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallets[25].Deposit(1)));

        var appends = wallets.Select((wallet, i) => Journal.AppendAsync(i == 25 ? stale.Deposit(7) : wallet.Deposit(7)));
        var statuses = await Task.WhenAll(appends);

        Assert.Equal(Enumerable.Range(0, 50).Select(i => i == 25 ? AppendStatus.HeadMoved : AppendStatus.Applied), statuses);
        foreach (var wallet in wallets) await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task Pipelined_appends_of_one_wallet_apply_in_order()
    {
        var wallet = await TestWallet.OpenAsync(Journal);

        var statuses = await Task.WhenAll(Enumerable.Range(1, 500).Select(i =>
            Journal.AppendAsync(i % 10 == 0 ? wallet.Refuse() : wallet.Deposit(i))));

        Assert.All(statuses, status => Assert.Equal(AppendStatus.Applied, status));
        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task Everything_behind_a_gap_in_a_pipeline_is_refused()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var appends = new List<WalletAppend> { wallet.Deposit(1), wallet.Deposit(2) };
        var before = wallet.Copy();
        wallet.Deposit(3);
        appends.AddRange([wallet.Deposit(4), wallet.Deposit(5)]);

        var statuses = await Task.WhenAll(appends.Select(Journal.AppendAsync));

        Assert.Equal([AppendStatus.Applied, AppendStatus.Applied, AppendStatus.HeadMoved, AppendStatus.HeadMoved], statuses);
        await AssertStoredAsync(before);
    }

    [Fact]
    public void An_entry_that_does_not_belong_to_its_head_is_a_mistake_of_the_caller()
    {
        var append = new TestWallet().Deposit(100);
        var other = new TestWallet().Deposit(100);

        Assert.Throws<ArgumentException>(() => { _ = Journal.AppendAsync(new WalletAppend(append.Head, append.PreviousHash, other.Entry!)); });
    }
}
