using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Tests.Wallets;
using Xunit;

namespace WalletGrains.Grains.Tests.Transfers;

/// <summary>Transfers on the runtime in force and real PostgreSQL.</summary>
[Collection<WalletClusterTests>]
public sealed class TransferGrainTests(WalletCluster cluster)
{
    [Fact]
    public async Task A_transfer_moves_money_from_one_wallet_to_the_other()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync(5));
        var completed = Completed(await Transfer(from, to, 300, "Rent 😀"));

        Assert.False(completed.Replayed);
        Assert.Equal(700, completed.Debit.BalanceAfterMinor);
        Assert.Equal((700, 305), (await cluster.BalanceAsync(from), await cluster.BalanceAsync(to)));
        var debit = (await cluster.CheckStoredAsync(from))[^1];
        var credit = (await cluster.CheckStoredAsync(to))[^1];
        Assert.Equal((EntryType.TransferOut, $"wallet:{to}", completed.TransferId), (debit.Type, debit.CounterAccount, debit.TransferId!.Value));
        Assert.Equal((EntryType.TransferIn, $"wallet:{from}", completed.TransferId), (credit.Type, credit.CounterAccount, credit.TransferId!.Value));
        Assert.Equal(("Rent 😀", "Rent 😀"), (debit.Description, credit.Description));

        var stored = (await cluster.Transfers.FindAsync(completed.TransferId))!;
        Assert.Equal((TransferStatus.Completed, null, WalletCluster.Usd(300)), (stored.Status, stored.Failure, stored.Amount));
        Assert.Equal([debit.EntryId, credit.EntryId], stored.Steps.Select(step => step.EntryId));
    }

    [Fact]
    public async Task A_repeated_transfer_is_answered_with_the_first_one_and_moves_nothing()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync());
        var command = new StartTransfer(WalletCluster.NewRequest(), from, to, WalletCluster.Usd(300));
        var first = Completed(await cluster.Transfers.TransferAsync(command));
        var again = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cluster.Transfers.TransferAsync(command)));
        Assert.All(again, outcome => Assert.Equal(first with { Replayed = true }, outcome));
        Assert.Equal((700, 300), (await cluster.BalanceAsync(from), await cluster.BalanceAsync(to)));
        Assert.Equal(
            new TransferOutcome.NotDecided(NotDecidedReason.RequestIdReused, first.Debit.EntryId),
            await cluster.Transfers.TransferAsync(command with { Amount = WalletCluster.Usd(301) }));
    }

    [Fact]
    public async Task The_same_transfer_fifty_times_at_the_same_time_moves_money_once()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync());
        var command = new StartTransfer(WalletCluster.NewRequest(), from, to, WalletCluster.Usd(300));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => cluster.Transfers.TransferAsync(command)));
        Assert.Single(outcomes.Select(outcome => Completed(outcome).TransferId).Distinct());
        Assert.Single(outcomes, outcome => !Completed(outcome).Replayed);
        Assert.Equal((700, 300), (await cluster.BalanceAsync(from), await cluster.BalanceAsync(to)));
    }

    [Fact]
    public async Task A_transfer_that_the_payer_cannot_pay_moves_nothing_and_stays_refused()
    {
        var (from, to) = (await cluster.OpenAsync(100), await cluster.OpenAsync());
        var command = new StartTransfer(WalletCluster.NewRequest(), from, to, WalletCluster.Usd(101));
        Assert.Equal(new TransferOutcome.Refused(WalletRefusal.InsufficientFunds, null, false), await cluster.Transfers.TransferAsync(command));
        await cluster.Wallet(from).ExecuteAsync(new Deposit(WalletCluster.NewRequest(), WalletCluster.Usd(1)));
        Assert.Equal(new TransferOutcome.Refused(WalletRefusal.InsufficientFunds, null, true), await cluster.Transfers.TransferAsync(command));
        Assert.Equal((101, 0), (await cluster.BalanceAsync(from), await cluster.BalanceAsync(to)));
    }

    [Fact]
    public async Task A_transfer_that_cannot_be_is_turned_away_and_uses_no_request_id_up()
    {
        var (from, to, naira) = (await cluster.OpenAsync(100), await cluster.OpenAsync(), await cluster.OpenAsync(currency: "NGN"));
        var command = new StartTransfer(WalletCluster.NewRequest(), from, to, WalletCluster.Usd(100));
        Assert.Equal(Invalid(TransferInvalidReason.SameWallet), await cluster.Transfers.TransferAsync(command with { ToWalletId = from }));
        Assert.Equal(Invalid(TransferInvalidReason.ReceiverNotFound), await cluster.Transfers.TransferAsync(command with { ToWalletId = Guid.CreateVersion7() }));
        Assert.Equal(Invalid(TransferInvalidReason.ReceiverCurrencyMismatch), await cluster.Transfers.TransferAsync(command with { ToWalletId = naira }));
        Assert.Equal(
            new TransferOutcome.NotDecided(NotDecidedReason.WalletNotFound),
            await cluster.Transfers.TransferAsync(command with { FromWalletId = Guid.CreateVersion7() }));
        Assert.False(Completed(await cluster.Transfers.TransferAsync(command)).Replayed);
    }

    [Fact]
    public async Task A_credit_that_is_refused_is_followed_by_a_refund_whoever_repeats_the_transfer()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync(Limits.MaxAmountMinor));
        var command = new StartTransfer(WalletCluster.NewRequest(), from, to, WalletCluster.Usd(300));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => cluster.Transfers.TransferAsync(command)));
        var refused = Assert.IsType<TransferOutcome.Refused>(outcomes[0]);
        Assert.Equal(WalletRefusal.AmountTooLarge, refused.Refusal);
        Assert.All(outcomes, outcome => Assert.Equal(refused.TransferId, Assert.IsType<TransferOutcome.Refused>(outcome).TransferId));
        Assert.Equal(1_000, await cluster.BalanceAsync(from));
        Assert.Equal(
            [EntryType.Fund, EntryType.TransferOut, EntryType.TransferRefund],
            (await cluster.CheckStoredAsync(from)).Select(entry => entry.Type));

        // There is room now; what was refused stays refused.
        await cluster.Wallet(to).ExecuteAsync(new Withdraw(WalletCluster.NewRequest(), WalletCluster.Usd(5_000)));
        Assert.Equal(refused with { Replayed = true }, await cluster.Transfers.TransferAsync(command));
        var stored = (await cluster.Transfers.ResumeAsync(refused.TransferId!.Value))!;
        Assert.Equal((TransferStatus.Compensated, WalletRefusal.AmountTooLarge), (stored.Status, stored.Failure!.Value));
        Assert.Equal(Limits.MaxAmountMinor - 5_000, await cluster.BalanceAsync(to));
    }

    [Fact]
    public async Task Transfers_to_and_fro_keep_the_sum_of_all_wallets()
    {
        var wallets = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => cluster.OpenAsync(1_000)));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            Transfer(wallets[i % 5], wallets[(i + 1 + (i / 5 % 4)) % 5], 1 + (i * 37 % 400))));
        Assert.All(outcomes, outcome => Assert.True(
            outcome is TransferOutcome.Completed or TransferOutcome.Refused { Refusal: WalletRefusal.InsufficientFunds, TransferId: null }));
        var entries = (await Task.WhenAll(wallets.Select(cluster.CheckStoredAsync))).SelectMany(of => of).ToList();
        var balances = await Task.WhenAll(wallets.Select(cluster.BalanceAsync));
        Assert.Equal(5_000, balances.Sum());
        Assert.Equal(outcomes.OfType<TransferOutcome.Completed>().Count(), entries.Count(entry => entry.Type is EntryType.TransferIn));
        Assert.All(
            entries.Where(entry => entry.TransferId is not null).GroupBy(entry => entry.TransferId),
            transfer => Assert.Equal([EntryType.TransferOut, EntryType.TransferIn], transfer.Select(entry => entry.Type).Order()));
    }

    private static TransferOutcome.Completed Completed(TransferOutcome outcome) => Assert.IsType<TransferOutcome.Completed>(outcome);

    private static TransferOutcome.Invalid Invalid(TransferInvalidReason reason) => new(reason);

    private Task<TransferOutcome> Transfer(Guid from, Guid to, long minor, string? words = null) =>
        cluster.Transfers.TransferAsync(new StartTransfer(WalletCluster.NewRequest(), from, to, WalletCluster.Usd(minor), words));
}
