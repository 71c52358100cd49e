using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Tests.Wallets;
using Xunit;

namespace WalletGrains.Grains.Tests.Transfers;

/// <summary>Transfers whose coordinator died when the debit was durable.</summary>
[Collection<WalletClusterTests>]
public sealed class TransferRecoveryTests(WalletCluster cluster)
{
    // Also those debited in this very millisecond.
    private static readonly TimeSpan Any = TimeSpan.FromMinutes(-1);

    [Fact]
    public async Task A_transfer_left_after_its_debit_is_completed()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync());
        var transferId = await DebitAsync(from, to, 300);
        Assert.Equal(TransferStatus.Debited, (await cluster.Transfers.FindAsync(transferId))!.Status);

        Assert.InRange(await cluster.Recovery.RunAsync(Any), 1, int.MaxValue);

        Assert.Equal(TransferStatus.Completed, (await cluster.Transfers.FindAsync(transferId))!.Status);
        Assert.Equal((700, 300), (await cluster.BalanceAsync(from), await cluster.BalanceAsync(to)));
    }

    [Fact]
    public async Task Twenty_coordinators_at_the_same_time_credit_once()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync());
        var transferId = await DebitAsync(from, to, 300);
        var resumed = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cluster.Transfers.ResumeAsync(transferId)));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => cluster.Recovery.RunAsync(Any)));
        Assert.All(resumed, transfer => Assert.Equal(TransferStatus.Completed, transfer!.Status));
        Assert.Equal((700, 300), (await cluster.BalanceAsync(from), await cluster.BalanceAsync(to)));
        Assert.Single(await cluster.CheckStoredAsync(to));
    }

    [Fact]
    public async Task A_transfer_whose_refund_is_missing_is_refunded_once()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync(Limits.MaxAmountMinor));
        var transferId = await DebitAsync(from, to, 300);
        var credit = new CreditTransfer(WalletCluster.Usd(300), transferId, from);
        Assert.IsType<WalletOutcome.Refused>(await cluster.Wallet(to).ExecuteAsync(credit));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cluster.Transfers.ResumeAsync(transferId)));

        Assert.Equal(TransferStatus.Compensated, (await cluster.Transfers.FindAsync(transferId))!.Status);
        Assert.Equal((1_000, Limits.MaxAmountMinor), (await cluster.BalanceAsync(from), await cluster.BalanceAsync(to)));
        Assert.Equal(3, (await cluster.CheckStoredAsync(from)).Count);
    }

    [Fact]
    public async Task A_client_that_repeats_its_request_completes_a_transfer_left_half_way()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync());
        var request = WalletCluster.NewRequest();
        var transferId = await DebitAsync(from, to, 300, request);
        var outcome = await cluster.Transfers.TransferAsync(new StartTransfer(request, from, to, WalletCluster.Usd(300)));
        var completed = Assert.IsType<TransferOutcome.Completed>(outcome);
        Assert.Equal((transferId, true), (completed.TransferId, completed.Replayed));
        Assert.Equal((700, 300), (await cluster.BalanceAsync(from), await cluster.BalanceAsync(to)));
    }

    [Fact]
    public async Task A_transfer_that_cannot_be_driven_on_does_not_keep_the_others_from_their_end()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync());
        var poison = await DebitAsync(from, Guid.CreateVersion7(), 100);
        var transferId = await DebitAsync(from, to, 300);
        await cluster.Recovery.RunAsync(Any);
        Assert.Equal(TransferStatus.Completed, (await cluster.Transfers.FindAsync(transferId))!.Status);
        Assert.Equal(TransferStatus.Debited, (await cluster.Transfers.FindAsync(poison))!.Status);
        Assert.Equal(600, await cluster.BalanceAsync(from));
    }

    [Fact]
    public async Task A_whole_page_of_transfers_that_cannot_be_driven_on_does_not_hide_those_behind_it()
    {
        var (from, to) = (await cluster.OpenAsync(10_000), await cluster.OpenAsync());
        var poisons = Enumerable.Range(0, GrainLimits.SweepPage).Select(_ => DebitAsync(from, Guid.CreateVersion7(), 1));
        await Task.WhenAll(poisons);
        var transferId = await DebitAsync(from, to, 300);

        await cluster.Recovery.RunAsync(Any);

        Assert.Equal(TransferStatus.Completed, (await cluster.Transfers.FindAsync(transferId))!.Status);
    }

    [Fact]
    public async Task A_young_transfer_is_left_to_its_coordinator()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync());
        var transferId = await DebitAsync(from, to, 300);
        await cluster.Recovery.RunAsync(GrainLimits.RecoveryAge);
        Assert.Equal(TransferStatus.Debited, (await cluster.Transfers.FindAsync(transferId))!.Status);
    }

    [Fact]
    public async Task An_unknown_transfer_is_not_there()
    {
        Assert.Null(await cluster.Transfers.FindAsync(Guid.CreateVersion7()));
        Assert.Null(await cluster.Transfers.ResumeAsync(Guid.CreateVersion7()));
    }

    /// <summary>What is left of a transfer whose coordinator died after the first step.</summary>
    private async Task<Guid> DebitAsync(Guid from, Guid to, long minor, RequestId? request = null)
    {
        var debit = new DebitTransfer(request ?? WalletCluster.NewRequest(), WalletCluster.Usd(minor), Guid.CreateVersion7(), to);
        return Assert.IsType<WalletOutcome.Accepted>(await cluster.Wallet(from).ExecuteAsync(debit)).Entry.TransferId!.Value;
    }
}
