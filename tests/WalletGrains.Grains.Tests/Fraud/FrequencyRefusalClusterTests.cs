using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Fraud;
using WalletGrains.Grains.Tests.Bills;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Fraud;

/// <summary>What a wallet refuses because it comes too often, whoever asks for it.</summary>
public sealed class FrequencyRefusalClusterTests : IAsyncLifetime
{
    private readonly MemoryCluster _cluster = new()
    {
        Fraud = new FraudOptions { Frequency = new() { Count = 3, WindowSeconds = 3_600, Action = FraudAction.Refuse } },
    };

    private Guid _from;
    private Guid _to;

    public async ValueTask InitializeAsync()
    {
        await _cluster.InitializeAsync();
        (_from, _to) = (await _cluster.OpenAsync(1_000), await _cluster.OpenAsync());
        for (var i = 0; i < 2; i++)
        {
            Assert.IsType<TransferOutcome.Completed>(await _cluster.Transfers.TransferAsync(new StartTransfer(NewRequest(), _from, _to, Usd(10))));
        }
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_transfer_too_many_fails_before_anything_moved_and_its_repeats_are_answered_alike()
    {
        var command = new StartTransfer(NewRequest(), _from, _to, Usd(10));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _cluster.Transfers.TransferAsync(command)));
        Assert.All(outcomes, outcome => Assert.Equal(WalletRefusal.LimitExceeded, Assert.IsType<TransferOutcome.Refused>(outcome).Refusal));
        Assert.Equal([(980, 0), (20, 0)], await _cluster.MoneyAsync(_from, _to));

        // What comes in is none of it, and the receiver has withdrawn nothing.
        await _cluster.ExecuteAsync(_from, new Deposit(NewRequest(), Usd(5)));
        await _cluster.ExecuteAsync(_to, new Withdraw(NewRequest(), Usd(5)));
    }

    [Fact]
    public async Task A_bulk_with_a_leg_too_many_moves_nothing_and_the_other_payers_money_is_free_again()
    {
        var other = await _cluster.OpenAsync(1_000);
        var refused = Assert.IsType<BulkOutcome.Refused>(await _cluster.Bulks.TransferAsync(
            new StartBulk(Guid.Empty, NewRequest(), [new BulkLeg(other, _to, Usd(10)), new BulkLeg(_from, _to, Usd(10))])));
        Assert.Equal((1, WalletRefusal.LimitExceeded), (refused.FailedLeg, refused.Refusal));
        Assert.Equal([(980, 0), (20, 0), (1_000, 0)], await _cluster.MoneyAsync(_from, _to, other));

        // A bulk of too many legs of one payer is too often by itself.
        var fresh = await _cluster.OpenAsync(1_000);
        BulkLeg leg = new(fresh, _to, Usd(10));
        refused = Assert.IsType<BulkOutcome.Refused>(await _cluster.Bulks.TransferAsync(new StartBulk(Guid.Empty, NewRequest(), [leg, leg, leg])));
        Assert.Equal((2, WalletRefusal.LimitExceeded), (refused.FailedLeg, refused.Refusal));
        Assert.Equal([(1_000, 0)], await _cluster.MoneyAsync(fresh));
    }

    [Fact]
    public async Task A_bill_too_many_fails_before_its_biller_hears_of_it_and_those_before_it_are_paid()
    {
        var (wallet, customer) = (await _cluster.OpenAsync(1_000), $"WB-{Guid.NewGuid():N}");
        var payments = new List<BillPayment>();
        for (var i = 0; i < 3; i++)
        {
            var command = new PayBill(NewRequest(), wallet, ScriptedBillers.Code, customer, Usd(100));
            var outcome = await _cluster.Bills.PayAsync(command);
            payments.Add(await _cluster.EndAsync(outcome is BillOutcome.Accepted accepted ? accepted.PaymentId : Assert.IsType<BillOutcome.Refused>(outcome).PaymentId));
        }

        Assert.Equal([BillStatus.Completed, BillStatus.Completed, BillStatus.Failed], payments.Select(payment => payment.Status));
        Assert.Equal("LIMIT_EXCEEDED", payments[2].Failure!.Code);
        Assert.Equal(2, _cluster.Billers.TakenFrom(customer).Count);
        Assert.Equal([(800, 0)], await _cluster.MoneyAsync(wallet));
    }

    [Fact]
    public async Task Many_at_once_are_let_go_as_often_as_one_after_another()
    {
        var wallet = await _cluster.OpenAsync(1_000);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _cluster.Wallet(wallet).ExecuteAsync(new Withdraw(NewRequest(), Usd(1)))));
        Assert.Equal(2, outcomes.Count(outcome => outcome is WalletOutcome.Accepted));
        Assert.Equal([(998, 0)], await _cluster.MoneyAsync(wallet));
    }
}
