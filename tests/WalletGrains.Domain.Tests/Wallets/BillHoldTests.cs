using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

/// <summary>What is held for a bill is ended by its payment only, and always by it.</summary>
public sealed class BillHoldTests
{
    private static readonly Guid PaymentId = Guid.Parse("0197a2b3-0000-7000-8000-0000000000d0");
    private static readonly Guid Other = TestedWallet.Other;
    private static readonly RequestId Client = RequestId.FromClient("mine");

    public static TheoryData<WalletCommand, WalletRefusal?> Ends() => new()
    {
        { new ReleaseHold(Client, PaymentId), WalletRefusal.HoldNotActive },
        { new CaptureHold(Client, PaymentId), WalletRefusal.HoldNotActive },
        { new ExpireHold(PaymentId), WalletRefusal.HoldNotActive },
        { new ReleaseHold(RequestId.ForBulkRelease(Other, 0), PaymentId), WalletRefusal.HoldNotActive },
        { new DebitHeldTransfer(TestedWallet.Usd(40), Other, Other, PaymentId, Other), WalletRefusal.HoldNotActive },
        { new CaptureBill(Other, "water"), WalletRefusal.HoldNotActive },
        { new ReverseBill(Other), WalletRefusal.HoldNotActive },
        { new CaptureBill(PaymentId, "water"), null },
        { new ReverseBill(PaymentId), null },
    };

    [Theory]
    [MemberData(nameof(Ends), DisableDiscoveryEnumeration = true)]
    public void Only_its_payment_ends_the_hold_of_a_bill(WalletCommand command, WalletRefusal? expected)
    {
        var held = Held().State;
        Assert.Equal(expected, WalletDecider.Decide(command, held, Other, Samples.Now).Refusal);

        // Also after the wallet was read from its head row.
        var reloaded = held with { Details = DetailsContent.Decode(DetailsContent.Encode(held.Details)) };
        Assert.Equal(held.Details, reloaded.Details);
        Assert.Equal(expected, WalletDecider.Decide(command, reloaded, Other, Samples.Now).Refusal);
    }

    [Fact]
    public void A_payment_ends_no_hold_of_somebody_elses()
    {
        var wallet = new TestedWallet(100);
        var hold = wallet.Hold(40);
        Assert.Equal(WalletRefusal.HoldNotActive, wallet.Refusal(new CaptureBill(hold, "water")));
        Assert.Equal(WalletRefusal.HoldNotActive, wallet.Refusal(new ReverseBill(hold)));
        Assert.Null(wallet.Release(hold));
    }

    [Fact]
    public void A_paid_bill_leaves_for_its_biller_and_a_reversed_one_stays()
    {
        var (paid, reversed) = (Held(), Held());
        var payment = paid.Accept(new CaptureBill(PaymentId, "water", "words"));
        Assert.Equal((EntryType.BillPayment, "biller:water", 40L, "words"), (payment.Type, payment.CounterAccount, payment.Amount.MinorUnits, payment.Description));
        Assert.Equal((60, 0, 60), paid.Money);
        Assert.Equal((HoldStatus.Captured, 40L), (payment.Hold!.Status, payment.Hold.CapturedMinor));

        var reversal = reversed.Accept(new ReverseBill(PaymentId));
        Assert.Equal((EntryType.BillReversal, $"wallet:{reversed.State.WalletId}", 40L), (reversal.Type, reversal.CounterAccount, reversal.Amount.MinorUnits));
        Assert.Equal((100, 0, 100), reversed.Money);
        Assert.Equal(HoldStatus.Released, reversal.Hold!.Status);

        foreach (var wallet in new[] { paid, reversed })
        {
            Assert.Equal(WalletRefusal.HoldNotActive, wallet.Refusal(new CaptureBill(PaymentId, "water")));
            Assert.Equal(WalletRefusal.HoldNotActive, wallet.Refusal(new ReverseBill(PaymentId)));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_freeze_holds_up_no_payment_and_a_wallet_with_one_cannot_be_closed(bool isPaid)
    {
        var wallet = Held();
        wallet.Accept(new FreezeWallet(wallet.NextId()));
        Assert.Equal(WalletRefusal.WalletNotEmpty, wallet.Refusal(new CloseWallet(wallet.NextId())));
        Assert.Null(wallet.Refusal(isPaid ? new CaptureBill(PaymentId, "water") : new ReverseBill(PaymentId)));
        Assert.Equal(WalletStatus.Frozen, wallet.State.Status);
    }

    [Fact]
    public void A_bill_counts_against_the_limits_and_a_reversed_one_does_not()
    {
        var wallet = new TestedWallet(1_000);
        wallet.Accept(new SetLimits(wallet.NextId(), new WalletLimits(null, 100, null)));
        wallet.Now += TimeSpan.FromSeconds(1);
        Assert.Null(wallet.Refusal(Hold(PaymentId, 80)));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Refusal(Hold(Other, 21)));
        wallet.Accept(new ReverseBill(PaymentId));
        Assert.Null(wallet.Refusal(Hold(Other, 100)));
        wallet.Accept(new CaptureBill(Other, "water"));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
    }

    private static PlaceHold Hold(Guid paymentId, long minor) => new(RequestId.ForBillHold(paymentId), TestedWallet.Usd(minor), paymentId);

    private static TestedWallet Held()
    {
        var wallet = new TestedWallet(100);
        wallet.Accept(Hold(PaymentId, 40));
        return wallet;
    }
}
