using Xunit;

namespace WalletGrains.Journal.Tests;

public abstract partial class JournalContract
{
    [Fact]
    public async Task A_request_id_that_an_entry_has_is_taken_for_ever()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var first = wallet.Deposit(100, "r-1");
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(first));

        Assert.Equal(AppendStatus.RequestIdTaken, await OtherSilo.AppendAsync(wallet.Copy().Deposit(100, "r-1")));
        Assert.Equal(AppendStatus.RequestIdTaken, await OtherSilo.AppendAsync(wallet.Copy().Refuse("r-1")));

        var decision = await Journal.FindDecisionAsync(wallet.Id, "r-1", Cancelled);
        AssertSame(first.Entry!, decision!.Entry!);
        Assert.Null(decision.Refusal);
        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task A_request_id_that_a_refusal_has_is_taken_for_ever()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var refused = wallet.Refuse("r-1");
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(refused));

        Assert.Equal(AppendStatus.RequestIdTaken, await OtherSilo.AppendAsync(wallet.Copy().Deposit(100, "r-1")));
        Assert.Equal(AppendStatus.RequestIdTaken, await OtherSilo.AppendAsync(wallet.Copy().Refuse("r-1")));

        var decision = await Journal.FindDecisionAsync(wallet.Id, "r-1", Cancelled);
        Assert.Null(decision!.Entry);
        Assert.Equal("r-1", decision.Refusal!.RequestId);
        Assert.Equal(refused.Refusal!.Content.ToArray(), decision.Refusal.Content.ToArray());
        Assert.Equal(refused.Refusal.Fingerprint.ToArray(), decision.Refusal.Fingerprint.ToArray());
        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task The_same_append_again_does_not_apply_and_decided_anew_its_request_id_is_taken()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var append = wallet.Deposit(100);
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(append));

        Assert.NotEqual(AppendStatus.Applied, await OtherSilo.AppendAsync(append));
        Assert.Equal(AppendStatus.RequestIdTaken, await OtherSilo.AppendAsync(wallet.Copy().Deposit(100, append.RequestId)));

        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task A_wallet_that_has_refused_finds_old_request_ids_of_both_kinds()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        await Task.WhenAll(new[] { wallet.Deposit(100, "accepted"), wallet.Refuse("refused"), wallet.Deposit(1) }.Select(Journal.AppendAsync));

        Assert.Equal(AppendStatus.RequestIdTaken, await OtherSilo.AppendAsync(wallet.Copy().Deposit(1, "accepted")));
        Assert.Equal(AppendStatus.RequestIdTaken, await OtherSilo.AppendAsync(wallet.Copy().Deposit(1, "refused")));
        Assert.Equal(AppendStatus.RequestIdTaken, await OtherSilo.AppendAsync(wallet.Copy().Refuse("accepted")));
        Assert.Equal(AppendStatus.RequestIdTaken, await OtherSilo.AppendAsync(wallet.Copy().Refuse("refused")));

        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task Two_wallets_may_use_the_same_request_id()
    {
        var one = await TestWallet.OpenAsync(Journal);
        var other = await TestWallet.OpenAsync(Journal);

        var statuses = await Task.WhenAll(Journal.AppendAsync(one.Deposit(1, "same")), Journal.AppendAsync(other.Deposit(2, "same")));

        Assert.All(statuses, status => Assert.Equal(AppendStatus.Applied, status));
    }

    [Fact]
    public async Task The_second_use_of_a_request_id_in_one_pipeline_is_taken_and_what_follows_does_not_apply()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var appends = new List<WalletAppend> { wallet.Deposit(1), wallet.Deposit(2, "twice") };
        var before = wallet.Copy();
        appends.AddRange([wallet.Deposit(3, "twice"), wallet.Deposit(4)]);

        var statuses = await Task.WhenAll(appends.Select(Journal.AppendAsync));

        Assert.Equal([AppendStatus.Applied, AppendStatus.Applied, AppendStatus.RequestIdTaken, AppendStatus.HeadMoved], statuses);
        await AssertStoredAsync(before);
    }

    [Fact]
    public async Task An_old_request_id_in_the_middle_of_a_pipeline_does_not_throw_its_predecessors_back()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(1, "old")));
        var appends = Enumerable.Range(0, 20).Select(_ => wallet.Deposit(10)).ToList();
        var before = wallet.Copy();
        appends.AddRange([wallet.Deposit(10, "old"), wallet.Deposit(10), wallet.Deposit(10, "old")]);

        var statuses = await Task.WhenAll(appends.Select(Journal.AppendAsync));

        Assert.All(statuses[..20], status => Assert.Equal(AppendStatus.Applied, status));
        Assert.Equal(AppendStatus.RequestIdTaken, statuses[20]);
        Assert.All(statuses[21..], status => Assert.NotEqual(AppendStatus.Applied, status));
        await AssertStoredAsync(before);
    }

    [Fact]
    public async Task A_duplicate_leaves_the_neighbours_of_its_batch_untouched()
    {
        var wallets = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TestWallet.OpenAsync(Journal)));
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallets[3].Deposit(1, "old")));
        var duplicate = wallets[3].Copy();

        var statuses = await Task.WhenAll(wallets.Select((wallet, i) => Journal.AppendAsync(i == 3 ? duplicate.Deposit(7, "old") : wallet.Deposit(7))));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => i == 3 ? AppendStatus.RequestIdTaken : AppendStatus.Applied), statuses);
        foreach (var wallet in wallets) await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task What_was_never_decided_is_not_found()
    {
        var wallet = await TestWallet.OpenAsync(Journal);

        Assert.Null(await Journal.FindDecisionAsync(wallet.Id, "never", Cancelled));
        Assert.Null(await Journal.FindDecisionAsync(Guid.NewGuid(), "never", Cancelled));
        Assert.Null(await Journal.FindEntryAsync(Guid.CreateVersion7(), Cancelled));
        Assert.Null(await Journal.FindTransferAsync(Guid.NewGuid(), Cancelled));
    }
}
