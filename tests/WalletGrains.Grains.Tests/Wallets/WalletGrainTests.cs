using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using Xunit;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>Wallets on the runtime in force and real PostgreSQL.</summary>
[Collection<WalletClusterTests>]
public sealed class WalletGrainTests(WalletCluster cluster)
{
    [Fact]
    public async Task A_deposit_and_a_withdrawal_change_the_balance_and_are_in_the_history()
    {
        var wallet = await cluster.OpenAsync();
        var deposit = Accepted(await Deposit(wallet, 10_050, "Salary, May 😀"));
        var withdrawal = Accepted(await Withdraw(wallet, 50));

        Assert.Equal((1L, 0L, 10_050L), (deposit.Version, deposit.BalanceBeforeMinor, deposit.BalanceAfterMinor));
        Assert.Equal(10_000, withdrawal.BalanceAfterMinor);
        var read = (await cluster.Wallet(wallet).GetAsync())!;
        Assert.Equal((10_000L, 10_000L, 2L), (read.BalanceMinor, read.AvailableMinor, read.Version));
        var history = await cluster.Queries.GetHistoryAsync(new HistoryQuery(wallet, null, 50));
        Assert.Equal([withdrawal, deposit], history.Items);
        Assert.False(history.HasMore);
        Assert.Equal(deposit, await cluster.Queries.FindEntryAsync(deposit.EntryId));
        Assert.Equal([deposit, withdrawal], await cluster.CheckStoredAsync(wallet));
    }

    [Fact]
    public async Task History_comes_in_pages_newest_first_and_by_type()
    {
        var wallet = await cluster.OpenAsync(100);
        for (var i = 0; i < 4; i++)
        {
            Accepted(await Withdraw(wallet, 1));
        }

        var first = await cluster.Queries.GetHistoryAsync(new HistoryQuery(wallet, null, 3));
        var second = await cluster.Queries.GetHistoryAsync(new HistoryQuery(wallet, first.Items[^1].Version, 3));
        Assert.Equal([5L, 4, 3, 2, 1], first.Items.Concat(second.Items).Select(entry => entry.Version));
        Assert.True(first.HasMore);
        Assert.False(second.HasMore);
        var deposits = await cluster.Queries.GetHistoryAsync(new HistoryQuery(wallet, null, 10, EntryType.Fund));
        Assert.Equal(EntryType.Fund, Assert.Single(deposits.Items).Type);
    }

    [Fact]
    public async Task A_wallet_that_was_never_opened_is_not_there()
    {
        var wallet = Guid.CreateVersion7();
        Assert.Null(await cluster.Wallet(wallet).GetAsync());
        Assert.Equal(new WalletOutcome.NotDecided(NotDecidedReason.WalletNotFound), await Deposit(wallet, 1));
        Assert.Empty((await cluster.Queries.GetHistoryAsync(new HistoryQuery(wallet, null, 10))).Items);
    }

    [Fact]
    public async Task Opening_a_wallet_again_answers_the_same_wallet_and_with_other_content_fails()
    {
        var owner = Guid.CreateVersion7();
        var wallet = await cluster.OpenAsync(100, ownerId: owner);
        var open = new OpenWallet(Currency.Parse("USD"), owner);
        Assert.Equal(100, (await cluster.Wallet(wallet).OpenAsync(open)).BalanceMinor);
        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.Wallet(wallet).OpenAsync(open with { Currency = Currency.Parse("NGN") }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.Wallet(wallet).OpenAsync(open with { OwnerId = null }));
        Assert.Equal([wallet], (await cluster.Queries.GetWalletsOfOwnerAsync(owner, null, 10)).Items.Select(item => item.WalletId));
    }

    [Fact]
    public async Task Fifty_openings_at_the_same_time_open_one_wallet()
    {
        var wallet = Guid.CreateVersion7();
        var open = new OpenWallet(Currency.Parse("USD"), Guid.CreateVersion7());
        var opened = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => cluster.Wallet(wallet).OpenAsync(open)));
        Assert.Single(opened.Distinct());
    }

    [Fact]
    public async Task Of_twenty_parallel_withdrawals_of_the_whole_balance_exactly_one_wins()
    {
        var wallet = await cluster.OpenAsync(5_000);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Withdraw(wallet, 5_000)));
        Assert.Single(outcomes.OfType<WalletOutcome.Accepted>());
        Assert.Equal(19, outcomes.Count(outcome => outcome is WalletOutcome.Refused { Refusal: WalletRefusal.InsufficientFunds }));
        Assert.Equal(0, await cluster.BalanceAsync(wallet));
        Assert.Equal(2, (await cluster.CheckStoredAsync(wallet)).Count);
    }

    [Fact]
    public async Task Fifty_times_the_same_request_at_the_same_time_has_one_effect_and_one_answer()
    {
        var wallet = await cluster.OpenAsync();
        var command = new Deposit(WalletCluster.NewRequest(), WalletCluster.Usd(70));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => cluster.Wallet(wallet).ExecuteAsync(command)));
        Assert.Single(outcomes.Select(Accepted).Distinct());
        Assert.Single(outcomes, outcome => outcome is WalletOutcome.Accepted { Replayed: false });
        Assert.Equal(70, await cluster.BalanceAsync(wallet));
        Assert.Equal(
            new WalletOutcome.NotDecided(NotDecidedReason.RequestIdReused, Accepted(outcomes[0]).EntryId),
            await cluster.Wallet(wallet).ExecuteAsync(command with { Amount = WalletCluster.Usd(71) }));
    }

    [Fact]
    public async Task A_refusal_is_remembered_when_there_is_money_later()
    {
        var wallet = await cluster.OpenAsync();
        var command = new Withdraw(WalletCluster.NewRequest(), WalletCluster.Usd(70));
        Assert.Equal(new WalletOutcome.Refused(WalletRefusal.InsufficientFunds, false), await cluster.Wallet(wallet).ExecuteAsync(command));
        Accepted(await Deposit(wallet, 100));
        Assert.Equal(new WalletOutcome.Refused(WalletRefusal.InsufficientFunds, true), await cluster.Wallet(wallet).ExecuteAsync(command));
        Assert.Equal(100, await cluster.BalanceAsync(wallet));
    }

    [Fact]
    public async Task A_request_older_than_memory_is_answered_as_it_was_after_a_restart()
    {
        var wallet = await cluster.OpenAsync();
        var command = new Deposit(WalletCluster.NewRequest(), WalletCluster.Usd(70));
        var original = Accepted(await cluster.Wallet(wallet).ExecuteAsync(command));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Deposit(wallet, 1)));

        await using var journal = cluster.NewJournal();
        var restarted = new WalletActivation(wallet, journal);
        Assert.Equal(new WalletOutcome.Accepted(original, true), await restarted.ExecuteAsync(command));
        Assert.Equal(120, await cluster.BalanceAsync(wallet));
    }

    [Fact]
    public async Task Words_that_cannot_be_stored_are_refused_and_use_no_request_id_up()
    {
        var wallet = await cluster.OpenAsync();
        var command = new Deposit(WalletCluster.NewRequest(), WalletCluster.Usd(70));
        foreach (var words in new[] { "a\0b", "line\nbreak", new string('x', Limits.MaxDescriptionLength + 1) })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => cluster.Wallet(wallet).ExecuteAsync(command with { Description = words }));
        }

        Assert.False(Assert.IsType<WalletOutcome.Accepted>(await cluster.Wallet(wallet).ExecuteAsync(command)).Replayed);
    }

    [Fact]
    public async Task Two_activations_that_fight_over_one_wallet_lose_and_double_nothing()
    {
        var wallet = await cluster.OpenAsync(1_000);
        await using var one = cluster.NewJournal();
        await using var other = cluster.NewJournal();
        WalletActivation[] activations = [new(wallet, one), new(wallet, other)];
        var commands = Enumerable.Range(0, 300).Select(i => i % 3 == 0
            ? (WalletCommand)new Withdraw(WalletCluster.NewRequest(), WalletCluster.Usd(40 + i))
            : new Deposit(WalletCluster.NewRequest(), WalletCluster.Usd(10 + i))).ToList();

        // Every tenth request goes to both.
        var outcomes = await Task.WhenAll(commands.SelectMany((command, i) => activations
            .Where((_, a) => i % 10 == 0 || a == i % 2)
            .Select(async activation => (command, outcome: await activation.ExecuteAsync(command)))));

        var entries = await cluster.CheckStoredAsync(wallet);
        var answered = outcomes.Where(answer => answer.outcome is WalletOutcome.Accepted).Select(answer => Accepted(answer.outcome)).Distinct().ToList();
        Assert.Equal(entries.Skip(1), answered.OrderBy(entry => entry.Version));
        Assert.All(outcomes, answer => Assert.True(answer.outcome is WalletOutcome.Accepted or WalletOutcome.Refused));
        Assert.All(outcomes.GroupBy(answer => answer.command), request => Assert.True(
            request.Count(answer => answer.outcome is WalletOutcome.Accepted { Replayed: false }) <= 1
            && request.Select(answer => answer.outcome.GetType()).Distinct().Count() == 1));
    }

    private static Entry Accepted(WalletOutcome outcome) => Assert.IsType<WalletOutcome.Accepted>(outcome).Entry;

    private Task<WalletOutcome> Deposit(Guid wallet, long minor, string? words = null) =>
        cluster.Wallet(wallet).ExecuteAsync(new Deposit(WalletCluster.NewRequest(), WalletCluster.Usd(minor), words));

    private Task<WalletOutcome> Withdraw(Guid wallet, long minor) =>
        cluster.Wallet(wallet).ExecuteAsync(new Withdraw(WalletCluster.NewRequest(), WalletCluster.Usd(minor)));
}
