using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

public sealed class HoldTests
{
    [Fact]
    public void A_hold_leaves_the_balance_and_takes_from_what_is_available()
    {
        var wallet = new TestedWallet(5_000);
        wallet.Hold(1_000);
        Assert.Equal((5_000, 1_000, 4_000), wallet.Money);
        Assert.Equal(WalletRefusal.InsufficientFunds, wallet.Withdraw(4_001));
        Assert.Null(wallet.Withdraw(4_000));
    }

    [Fact]
    public void Six_holds_of_a_thousand_do_not_fit_five_thousand()
    {
        var wallet = new TestedWallet(5_000);
        for (var i = 0; i < 5; i++)
        {
            wallet.Hold(1_000);
        }

        Assert.Equal(WalletRefusal.InsufficientFunds, wallet.Refusal(new PlaceHold(wallet.NextId(), TestedWallet.Usd(1_000), TestedWallet.Other)));
    }

    [Theory]
    // captured (null for all) → balance
    [InlineData(null, 4_000)]
    [InlineData(1_000L, 4_000)]
    [InlineData(1L, 4_999)]
    public void A_capture_takes_its_part_and_frees_the_rest(long? captured, long balance)
    {
        var wallet = new TestedWallet(5_000);
        var hold = wallet.Hold(1_000);
        Assert.Null(wallet.Capture(hold, captured));
        Assert.Equal((balance, 0, balance), wallet.Money);
        var entry = wallet.Entries[^1];
        Assert.Equal((EntryType.Capture, "external:cash", 5_000 - balance), (entry.Type, entry.CounterAccount, entry.Amount.MinorUnits));
        Assert.Equal((HoldStatus.Captured, 5_000 - balance, 1_000), (entry.Hold!.Status, entry.Hold.CapturedMinor, entry.Hold.Amount.MinorUnits));
    }

    [Theory]
    [InlineData(0, WalletRefusal.AmountNotPositive)]
    [InlineData(-1, WalletRefusal.AmountNotPositive)]
    [InlineData(1_001, WalletRefusal.CaptureExceedsHold)]
    public void A_capture_that_fits_no_hold_is_refused_and_the_hold_stays(long captured, WalletRefusal expected)
    {
        var wallet = new TestedWallet(5_000);
        var hold = wallet.Hold(1_000);
        Assert.Equal(expected, wallet.Capture(hold, captured));
        Assert.Equal((5_000, 1_000, 4_000), wallet.Money);
    }

    [Fact]
    public void A_capture_in_another_currency_is_refused()
    {
        var wallet = new TestedWallet(5_000);
        var command = new CaptureHold(wallet.NextId(), wallet.Hold(1_000), new Money(1, Currency.Parse("NGN")));
        Assert.Equal(WalletRefusal.CurrencyMismatch, wallet.Refusal(command));
    }

    [Fact]
    public void A_hold_ends_once_however_it_ended()
    {
        var wallet = new TestedWallet(5_000);
        var (captured, released, expired) = (wallet.Hold(1_000), wallet.Hold(1_000), wallet.Hold(1_000, TimeSpan.FromSeconds(1)));
        Assert.Null(wallet.Capture(captured));
        Assert.Null(wallet.Release(released));
        Assert.Null(wallet.Refusal(new ExpireHold(expired)));
        Assert.Equal((4_000, 0, 4_000), wallet.Money);
        foreach (var hold in new[] { captured, released, expired, TestedWallet.Other })
        {
            Assert.Equal(WalletRefusal.HoldNotActive, wallet.Capture(hold));
            Assert.Equal(WalletRefusal.HoldNotActive, wallet.Release(hold));
            Assert.Equal(WalletRefusal.HoldNotActive, wallet.Refusal(new ExpireHold(hold)));
        }
    }

    [Fact]
    public void A_hold_whose_time_is_over_can_be_released_and_not_captured()
    {
        var wallet = new TestedWallet(5_000);
        var hold = wallet.Hold(1_000, TimeSpan.FromSeconds(60));
        wallet.Now = Samples.Now.AddSeconds(60);
        Assert.Equal(WalletRefusal.HoldNotActive, wallet.Capture(hold));
        Assert.Null(wallet.Release(hold));
        Assert.Equal(Samples.Now.AddSeconds(60), wallet.Entries[^1].Hold!.ExpiresAt);
    }

    [Fact]
    public void A_wallet_has_a_bounded_number_of_open_holds()
    {
        var wallet = new TestedWallet(5_000);
        var first = wallet.Hold(1);
        for (var i = 1; i < Limits.MaxOpenHolds; i++)
        {
            wallet.Hold(1);
        }

        var oneMore = new PlaceHold(wallet.NextId(), TestedWallet.Usd(1), TestedWallet.Other);
        Assert.Equal(WalletRefusal.TooManyHolds, wallet.Refusal(oneMore));
        Assert.Null(wallet.Release(first));
        Assert.Null(wallet.Refusal(oneMore));
    }

    [Fact]
    public void Held_money_leaves_as_a_transfer_and_the_hold_has_ended()
    {
        var wallet = new TestedWallet(5_000);
        var hold = wallet.Hold(1_000);
        var debit = new DebitHeldTransfer(TestedWallet.Usd(1_000), TestedWallet.Other, TestedWallet.Other, hold, TestedWallet.Other);
        Assert.Equal(EntryType.TransferOut, wallet.Accept(debit).Type);
        Assert.Equal((4_000, 0, 4_000), wallet.Money);
        Assert.Equal(WalletRefusal.HoldNotActive, wallet.Refusal(debit));
        Assert.Equal(WalletRefusal.HoldNotActive, wallet.Capture(hold));
    }
}
