using FsCheck;
using FsCheck.Fluent;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

public sealed class LimitTests
{
    private static readonly Gen<(long Amount, int SecondsLater)[]> Spendings =
        (from amount in Samples.Between(1, 60) from pause in Gen.OneOf(Gen.Choose(0, 30), Gen.Choose(0, 20_000)) select (amount, pause)).ArrayOf(60);

    [Fact]
    public void A_transaction_above_the_limit_is_refused_whatever_its_kind()
    {
        var wallet = Limited(new WalletLimits(100, null, null));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(101));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Refusal(new DebitTransfer(wallet.NextId(), TestedWallet.Usd(101), default, TestedWallet.Other)));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Refusal(new PlaceHold(wallet.NextId(), TestedWallet.Usd(101), default)));
        Assert.Null(wallet.Refusal(new Deposit(wallet.NextId(), TestedWallet.Usd(101))));
        Assert.Null(wallet.Withdraw(100));
    }

    [Fact]
    public void A_limit_is_checked_before_the_funds_so_that_it_says_nothing_of_them()
    {
        var wallet = Limited(new WalletLimits(100, null, null), balance: 50);
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(101));
        Assert.Equal(WalletRefusal.InsufficientFunds, wallet.Withdraw(100));
    }

    [Fact]
    public void In_any_day_no_more_leaves_than_the_limit_and_a_day_and_a_quarter_of_an_hour_later_all_of_it_may_again()
    {
        var wallet = Limited(new WalletLimits(null, 1_000, null));
        Assert.Null(wallet.Withdraw(600));
        wallet.Now += TimeSpan.FromHours(20);
        Assert.Null(wallet.Withdraw(400));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
        wallet.Now = Samples.Now.AddDays(1).AddMinutes(-1);
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
        wallet.Now = Samples.Now.AddDays(1).AddMinutes(15);
        Assert.Null(wallet.Withdraw(600));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
    }

    [Fact]
    public void In_any_minute_no_more_transactions_than_the_limit()
    {
        var wallet = Limited(new WalletLimits(null, null, 2));
        Assert.Null(wallet.Withdraw(1));
        wallet.Hold(1);
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
        wallet.Now += TimeSpan.FromSeconds(61);
        Assert.Null(wallet.Withdraw(1));
    }

    [Fact]
    public void What_was_begun_counts_for_its_minute_also_when_nothing_comes_of_it()
    {
        var wallet = Limited(new WalletLimits(null, 1_000, 2));
        var (hold, ofBulk) = (wallet.Hold(1), Guid.CreateVersion7());
        Assert.Null(wallet.Refusal(new PlaceHold(RequestId.ForBulkHold(ofBulk, 0), TestedWallet.Usd(1), ofBulk, null)));
        Assert.Null(wallet.Release(hold));
        Assert.Null(wallet.Refusal(new ReleaseHold(RequestId.ForBulkRelease(ofBulk, 0), ofBulk)));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
        wallet.Now += TimeSpan.FromSeconds(61);
        Assert.Null(wallet.Withdraw(1_000));
    }

    [Fact]
    public void What_a_hold_did_not_take_and_what_was_refunded_may_be_spent_again()
    {
        var wallet = Limited(new WalletLimits(null, 1_000, null));
        var hold = wallet.Hold(1_000);
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
        Assert.Null(wallet.Capture(hold, 300));
        wallet.Now += TimeSpan.FromMinutes(1);
        Assert.Null(wallet.Refusal(new DebitTransfer(wallet.NextId(), TestedWallet.Usd(700), TestedWallet.Other, TestedWallet.Other)));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
        wallet.Accept(new RefundTransfer(TestedWallet.Usd(700), TestedWallet.Other, TestedWallet.Other, WalletRefusal.WalletFrozen, wallet.Now));
        Assert.Null(wallet.Withdraw(700));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
    }

    [Fact]
    public void A_transfer_that_the_limit_never_counted_gives_nothing_back_to_it()
    {
        var wallet = new TestedWallet(100_000);
        Assert.Null(wallet.Refusal(new DebitTransfer(wallet.NextId(), TestedWallet.Usd(1_000), TestedWallet.Other, TestedWallet.Other)));
        var debitedAt = wallet.Now;
        wallet.Accept(new SetLimits(wallet.NextId(), new WalletLimits(null, 1_000, null)));
        Assert.Null(wallet.Withdraw(1_000));
        wallet.Accept(new RefundTransfer(TestedWallet.Usd(1_000), TestedWallet.Other, TestedWallet.Other, WalletRefusal.WalletFrozen, debitedAt));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
    }

    [Fact]
    public void A_transfer_of_yesterday_gives_nothing_back_to_the_limit_of_today()
    {
        var wallet = Limited(new WalletLimits(null, 1_000, null));
        wallet.Now += TimeSpan.FromMinutes(1);
        Assert.Null(wallet.Refusal(new DebitTransfer(wallet.NextId(), TestedWallet.Usd(1_000), TestedWallet.Other, TestedWallet.Other)));
        var debitedAt = wallet.Now;
        wallet.Now += TimeSpan.FromHours(25);
        Assert.Null(wallet.Withdraw(1_000));
        wallet.Accept(new RefundTransfer(TestedWallet.Usd(1_000), TestedWallet.Other, TestedWallet.Other, WalletRefusal.WalletFrozen, debitedAt));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
    }

    [Fact]
    public void A_hold_that_the_limit_never_counted_gives_nothing_back_to_it()
    {
        var wallet = new TestedWallet(100_000);
        var hold = wallet.Hold(1_000);
        wallet.Accept(new SetLimits(wallet.NextId(), new WalletLimits(null, 1_000, null)));
        Assert.Null(wallet.Withdraw(1_000));
        Assert.Null(wallet.Release(hold));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));

        // Nor does one whose count was forgotten with the limit.
        wallet.Accept(new SetLimits(wallet.NextId(), new WalletLimits(null, 2_000, null)));
        hold = wallet.Hold(1_000);
        wallet.Accept(new SetLimits(wallet.NextId(), WalletLimits.None));
        wallet.Accept(new SetLimits(wallet.NextId(), new WalletLimits(null, 1_000, null)));
        Assert.Null(wallet.Withdraw(1_000));
        Assert.Null(wallet.Capture(hold, 1));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
    }

    [Fact]
    public void A_hold_of_yesterday_gives_nothing_back_to_the_limit_of_today()
    {
        var wallet = Limited(new WalletLimits(null, 1_000, null));
        var hold = wallet.Hold(1_000);
        wallet.Now += TimeSpan.FromHours(25);
        Assert.Null(wallet.Withdraw(1_000));
        Assert.Null(wallet.Release(hold));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(1));
    }

    [Fact]
    public void A_limit_of_another_kind_does_not_forget_what_was_spent()
    {
        var wallet = Limited(new WalletLimits(null, 1_000, null));
        Assert.Null(wallet.Withdraw(1_000));
        wallet.Accept(new SetLimits(wallet.NextId(), new WalletLimits(5, 1_001, 7)));
        Assert.Equal(WalletRefusal.LimitExceeded, wallet.Withdraw(2));
        Assert.Null(wallet.Withdraw(1));
        wallet.Accept(new SetLimits(wallet.NextId(), WalletLimits.None));
        Assert.Null(wallet.Withdraw(5_000));
        Assert.Equal(WalletDetails.None, wallet.State.Details);
    }

    [Fact]
    public void Whatever_is_spent_when_no_window_exceeds_its_limit() => Law.Holds(Spendings, spendings =>
    {
        var wallet = Limited(new WalletLimits(50, 300, 5));
        var accepted = new List<(DateTimeOffset At, long Amount)>();
        foreach (var (amount, later) in spendings)
        {
            wallet.Now += TimeSpan.FromSeconds(later);
            var spent = (wallet.Now, amount);
            if (wallet.Withdraw(amount) is null)
            {
                accepted.Add(spent);
            }
            else
            {
                // Refused only with a reason: counting a stretch more than the window, a limit would have been exceeded.
                Assert.True(amount > 50
                    || Within(accepted, wallet.Now, TimeSpan.FromHours(24.25)).Sum(past => past.Amount) + amount > 300
                    || Within(accepted, wallet.Now, TimeSpan.FromSeconds(61)).Count() >= 5);
            }
        }

        foreach (var (at, _) in accepted)
        {
            Assert.True(Within(accepted, at, TimeSpan.FromDays(1)).Sum(past => past.Amount) <= 300);
            Assert.True(Within(accepted, at, TimeSpan.FromMinutes(1)).Count() <= 5);
        }

        Assert.True(wallet.State.Details.Spending.Day.Length <= 97 && wallet.State.Details.Spending.Minute.Length <= 61);
        Assert.Equal(wallet.State.Details, DetailsContent.Decode(DetailsContent.Encode(wallet.State.Details)));
    });

    private static IEnumerable<(DateTimeOffset At, long Amount)> Within(List<(DateTimeOffset At, long Amount)> spent, DateTimeOffset until, TimeSpan window) =>
        spent.Where(past => past.At <= until && past.At > until - window);

    private static TestedWallet Limited(WalletLimits limits, long balance = 100_000)
    {
        var wallet = new TestedWallet(balance);
        wallet.Accept(new SetLimits(wallet.NextId(), limits));
        return wallet;
    }
}
