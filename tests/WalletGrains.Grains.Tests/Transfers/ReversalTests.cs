using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Tests.Wallets;
using Xunit;

namespace WalletGrains.Grains.Tests.Transfers;

/// <summary>Reversals on the runtime in force and real PostgreSQL.</summary>
[Collection<WalletClusterTests>]
public sealed class ReversalTests(WalletCluster cluster)
{
    [Fact]
    public async Task A_reversal_gives_back_in_parts_and_never_more_than_was_sent()
    {
        var (from, to, transferId) = await TransferAsync(1_000);
        var first = Completed(await ReverseAsync(transferId, 400));
        Assert.Equal((400, to), (first.Debit.Amount.MinorUnits, first.Debit.WalletId));
        Assert.Equal(Refused(WalletRefusal.ReversalExceedsOriginal), await ReverseAsync(transferId, 601));
        var rest = Completed(await ReverseAsync(transferId, null));
        Assert.Equal(600, rest.Debit.Amount.MinorUnits);
        Assert.Equal(Refused(WalletRefusal.ReversalExceedsOriginal), await ReverseAsync(transferId, null));
        Assert.Equal((5_000, 5_000), (await cluster.BalanceAsync(from), await cluster.BalanceAsync(to)));

        var stored = (await cluster.Transfers.FindAsync(first.TransferId))!;
        Assert.Equal((TransferStatus.Completed, transferId, to, from), (stored.Status, stored.ReversesTransferId!.Value, stored.FromWalletId, stored.ToWalletId));
        Assert.Equal(transferId, (await cluster.CheckStoredAsync(to))[^1].ReversesTransferId);
    }

    [Fact]
    public async Task Twenty_reversals_at_the_same_time_give_back_the_original_and_no_more()
    {
        var (from, to, transferId) = await TransferAsync(1_000);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ReverseAsync(transferId, 300)));
        Assert.Equal(3, outcomes.OfType<TransferOutcome.Completed>().Count());
        Assert.Equal(17, outcomes.Count(outcome => outcome == Refused(WalletRefusal.ReversalExceedsOriginal)));
        Assert.Equal((4_900, 5_100), (await cluster.BalanceAsync(from), await cluster.BalanceAsync(to)));
    }

    [Fact]
    public async Task A_reversal_again_is_answered_as_it_was_also_when_it_took_what_was_left()
    {
        var (_, to, transferId) = await TransferAsync(1_000);
        var command = new ReverseTransfer(NewReversal(), transferId, null, "duplicate order");
        var first = Completed(await cluster.Transfers.ReverseAsync(command));
        Assert.Equal(first with { Replayed = true }, await cluster.Transfers.ReverseAsync(command));
        Assert.Equal(
            new TransferOutcome.NotDecided(NotDecidedReason.RequestIdReused, first.Debit.EntryId),
            await cluster.Transfers.ReverseAsync(command with { Amount = WalletCluster.Usd(1) }));
        Assert.Equal(5_000, await cluster.BalanceAsync(to));
    }

    [Fact]
    public async Task A_reversal_never_meets_a_request_id_of_the_wallets_owner()
    {
        var (_, to, transferId) = await TransferAsync(1_000);
        await cluster.Wallet(to).ExecuteAsync(new Withdraw(RequestId.FromClient("same"), WalletCluster.Usd(1)));
        Assert.True(RequestId.TryFromReversal("same", out var requestId));
        Assert.False(Completed(await cluster.Transfers.ReverseAsync(new ReverseTransfer(requestId, transferId))).Replayed);
    }

    [Fact]
    public async Task A_reversal_is_possible_from_a_frozen_wallet_and_into_a_closed_one()
    {
        var from = await cluster.OpenAsync(1_000);
        var to = await cluster.OpenAsync();
        var transferId = Completed(await StartAsync(from, to, 1_000)).TransferId;
        await cluster.Wallet(from).ExecuteAsync(new CloseWallet(WalletCluster.NewRequest()));
        await cluster.Wallet(to).ExecuteAsync(new FreezeWallet(WalletCluster.NewRequest()));
        Completed(await ReverseAsync(transferId, null));
        var payer = (await cluster.Wallet(from).GetAsync())!;
        Assert.Equal((WalletStatus.Open, 1_000), (payer.Status, payer.BalanceMinor));
    }

    [Fact]
    public async Task What_the_receiver_has_spent_cannot_be_given_back()
    {
        var from = await cluster.OpenAsync(1_000);
        var to = await cluster.OpenAsync();
        var transferId = Completed(await StartAsync(from, to, 1_000)).TransferId;
        await cluster.Wallet(to).ExecuteAsync(new Withdraw(WalletCluster.NewRequest(), WalletCluster.Usd(1)));
        Assert.Equal(Refused(WalletRefusal.InsufficientFunds), await ReverseAsync(transferId, null));
        Completed(await ReverseAsync(transferId, 999));
    }

    [Fact]
    public async Task Only_a_completed_transfer_that_is_no_reversal_can_be_reversed()
    {
        var (from, to, transferId) = await TransferAsync(1_000);
        var reversal = Completed(await ReverseAsync(transferId, 1)).TransferId;
        var failed = await StartAsync(from, to, 1_000_000);
        Assert.Equal(new TransferOutcome.Invalid(TransferInvalidReason.NotReversible), await ReverseAsync(reversal, 1));
        Assert.Equal(new TransferOutcome.Invalid(TransferInvalidReason.TransferNotFound), await ReverseAsync(Guid.CreateVersion7(), 1));
        Assert.IsType<TransferOutcome.Refused>(failed);
        Assert.Equal(
            new TransferOutcome.Invalid(TransferInvalidReason.TransferCurrencyMismatch),
            await cluster.Transfers.ReverseAsync(new ReverseTransfer(NewReversal(), transferId, new Money(1, Currency.Parse("NGN")))));
    }

    [Fact]
    public async Task A_reversal_left_after_its_debit_is_completed_by_the_recovery()
    {
        var (from, to, transferId) = await TransferAsync(1_000);
        var debit = new DebitReversal(NewReversal(), WalletCluster.Usd(250), Guid.CreateVersion7(), from, transferId, 1_000, UpToWhatIsLeft: false);
        Assert.IsType<WalletOutcome.Accepted>(await cluster.Wallet(to).ExecuteAsync(debit));
        await cluster.Wallet(from).ExecuteAsync(new FreezeWallet(WalletCluster.NewRequest()));
        await cluster.Recovery.RunAsync(TimeSpan.FromMinutes(-1));
        Assert.Equal(TransferStatus.Completed, (await cluster.Transfers.FindAsync(debit.TransferId))!.Status);
        Assert.Equal(4_250, await cluster.BalanceAsync(from));
    }

    private static RequestId NewReversal() =>
        RequestId.TryFromReversal(Guid.NewGuid().ToString(), out var requestId) ? requestId : throw new InvalidOperationException("Not an id.");

    private static TransferOutcome.Completed Completed(TransferOutcome outcome) => Assert.IsType<TransferOutcome.Completed>(outcome);

    private static TransferOutcome.Refused Refused(WalletRefusal refusal) => new(refusal, null, false);

    private Task<TransferOutcome> StartAsync(Guid from, Guid to, long minor) =>
        cluster.Transfers.TransferAsync(new StartTransfer(WalletCluster.NewRequest(), from, to, WalletCluster.Usd(minor)));

    private async Task<(Guid From, Guid To, Guid TransferId)> TransferAsync(long minor)
    {
        var (from, to) = (await cluster.OpenAsync(5_000), await cluster.OpenAsync(5_000));
        return (from, to, Completed(await StartAsync(from, to, minor)).TransferId);
    }

    private Task<TransferOutcome> ReverseAsync(Guid transferId, long? minor) =>
        cluster.Transfers.ReverseAsync(new ReverseTransfer(NewReversal(), transferId, minor is { } amount ? WalletCluster.Usd(amount) : null));
}
