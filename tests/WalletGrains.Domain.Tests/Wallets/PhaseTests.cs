using WalletGrains.Contracts.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

public sealed class PhaseTests
{
    private static readonly Guid Transfer = Guid.Parse("0197a2b3-0000-7000-8000-0000000000aa");

    public static TheoryData<string, WalletRefusal?, WalletRefusal?> Commands => new()
    {
        // command → refused by a frozen wallet, by a closed one
        { "deposit", WalletRefusal.WalletFrozen, WalletRefusal.WalletClosed },
        { "withdraw", WalletRefusal.WalletFrozen, WalletRefusal.WalletClosed },
        { "debit", WalletRefusal.WalletFrozen, WalletRefusal.WalletClosed },
        { "credit", WalletRefusal.WalletFrozen, WalletRefusal.WalletClosed },
        { "hold", WalletRefusal.WalletFrozen, WalletRefusal.WalletClosed },
        { "freeze", WalletRefusal.WalletFrozen, WalletRefusal.WalletClosed },
        { "unfreeze", null, WalletRefusal.WalletClosed },
        { "close", WalletRefusal.WalletNotEmpty, WalletRefusal.WalletClosed },
        { "limits", null, WalletRefusal.WalletClosed },
        { "reversal", null, WalletRefusal.WalletClosed },
        { "refund", null, null },
        { "settlement", null, null },
        { "bank credit", null, null },
        { "capture", null, WalletRefusal.HoldNotActive },
        { "release", null, WalletRefusal.HoldNotActive },
        { "expire", null, WalletRefusal.HoldNotActive },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_frozen_wallet_brings_to_an_end_what_was_begun_and_begins_nothing(string command, WalletRefusal? frozen, WalletRefusal? closed)
    {
        _ = closed;
        var wallet = new TestedWallet(5_000);
        var hold = wallet.Hold(1_000);
        wallet.Accept(new FreezeWallet(wallet.NextId(), "suspicion"));
        Assert.Equal(WalletStatus.Frozen, wallet.State.Status);
        Assert.Equal(frozen, wallet.Refusal(Command(command, wallet, hold)));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_closed_wallet_takes_only_money_that_has_nowhere_else_to_go(string command, WalletRefusal? frozen, WalletRefusal? closed)
    {
        _ = frozen;
        var wallet = new TestedWallet();
        wallet.Accept(new CloseWallet(wallet.NextId()));
        Assert.Equal(closed, wallet.Refusal(Command(command, wallet, Guid.Empty)));
    }

    [Fact]
    public void Money_that_comes_back_opens_a_closed_wallet()
    {
        foreach (var command in new[] { "refund", "settlement", "bank credit" })
        {
            var wallet = new TestedWallet();
            wallet.Accept(new CloseWallet(wallet.NextId()));
            wallet.Accept(Command(command, wallet, Guid.Empty));
            Assert.Equal((WalletStatus.Open, 10), (wallet.State.Status, wallet.State.BalanceMinor));
            Assert.Null(wallet.Withdraw(10));
        }
    }

    [Fact]
    public void Money_that_comes_back_leaves_a_frozen_wallet_frozen()
    {
        var wallet = new TestedWallet();
        wallet.Accept(new FreezeWallet(wallet.NextId()));
        wallet.Accept(Command("refund", wallet, Guid.Empty));
        Assert.Equal((WalletStatus.Frozen, 10), (wallet.State.Status, wallet.State.BalanceMinor));
    }

    [Fact]
    public void A_wallet_with_money_cannot_be_closed_and_an_empty_one_can_also_while_frozen()
    {
        var wallet = new TestedWallet(1);
        Assert.Equal(WalletRefusal.WalletNotEmpty, wallet.Refusal(new CloseWallet(wallet.NextId())));
        Assert.Null(wallet.Withdraw(1));
        wallet.Accept(new FreezeWallet(wallet.NextId()));
        wallet.Accept(new CloseWallet(wallet.NextId()));
        Assert.Equal(WalletStatus.Closed, wallet.State.Status);
    }

    [Fact]
    public void An_owner_does_not_undo_a_freeze_by_closing_the_wallet_before_money_comes_back()
    {
        var wallet = new TestedWallet();
        wallet.Accept(new FreezeWallet(wallet.NextId()));
        Assert.Equal(WalletRefusal.WalletFrozen, wallet.Refusal(new CloseWallet(wallet.NextId(), EvenFrozen: false)));
        wallet.Accept(Command("settlement", wallet, Guid.Empty));
        Assert.Equal(WalletRefusal.WalletFrozen, wallet.Withdraw(10));
    }

    [Fact]
    public void What_was_frozen_moves_again_when_it_is_not()
    {
        var wallet = new TestedWallet(100);
        Assert.Equal(WalletRefusal.WalletNotFrozen, wallet.Refusal(new UnfreezeWallet(wallet.NextId())));
        wallet.Accept(new FreezeWallet(wallet.NextId()));
        wallet.Accept(new UnfreezeWallet(wallet.NextId(), "cleared"));
        Assert.Null(wallet.Withdraw(100));
        Assert.Equal([0L, 0], wallet.Entries.Where(entry => !EntryTypes.IsTransaction(entry.Type)).Select(entry => entry.Amount.MinorUnits));
    }

    private static WalletCommand Command(string name, TestedWallet wallet, Guid hold)
    {
        var (id, ten, other) = (wallet.NextId(), TestedWallet.Usd(10), TestedWallet.Other);
        return name switch
        {
            "deposit" => new Deposit(id, ten),
            "withdraw" => new Withdraw(id, ten),
            "debit" => new DebitTransfer(id, ten, Transfer, other),
            "credit" => new CreditTransfer(ten, Transfer, other),
            "settlement" => new CreditTransfer(ten, Transfer, other, IsSettlement: true),
            "bank credit" => new ReceiveBankCredit(id, ten),
            "refund" => new RefundTransfer(ten, Transfer, other, WalletRefusal.WalletClosed, Samples.Now),
            "reversal" => new DebitReversal(id, ten, Transfer, other, Transfer, 10, UpToWhatIsLeft: false),
            "hold" => new PlaceHold(id, ten, other),
            "capture" => new CaptureHold(id, hold),
            "release" => new ReleaseHold(id, hold),
            "expire" => new ExpireHold(hold),
            "freeze" => new FreezeWallet(id),
            "unfreeze" => new UnfreezeWallet(id),
            "close" => new CloseWallet(id),
            "limits" => new SetLimits(id, new WalletLimits(1, null, null)),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such command."),
        };
    }
}
