using WalletGrains.Chaos.Checking;
using Xunit;

namespace WalletGrains.Chaos.Tests.Checking;

/// <summary>Books that do not add up, one way each.</summary>
public sealed class LedgerRulesTests
{
    private readonly SampleBank _bank = new();

    public LedgerRulesTests()
    {
        _bank.Deposit("salary", SampleBank.Ada, 1_000);
        _bank.Deposit("bonus", SampleBank.Ada, 500);
        _bank.Transfer("gift", SampleBank.Ada, SampleBank.Ben, 200);
    }

    [Fact]
    public void Books_that_add_up_have_no_drift() => Assert.Empty(_bank.Check().Findings);

    [Fact]
    public void A_head_row_that_is_not_the_fold_of_its_entries() => AssertDrift(() =>
        _bank.Heads.Add(new BookHead(SampleBank.Ada, 3, 1_301, 0)));

    [Fact]
    public void An_entry_whose_balance_does_not_follow() => AssertDrift(() =>
        _bank.Entries[1] = _bank.Entries[1] with { BalanceAfterMinor = 1_501 });

    [Fact]
    public void A_version_that_is_missing() => AssertDrift(() =>
        _bank.Entries[1] = _bank.Entries[1] with { Version = 5 });

    [Fact]
    public void An_entry_whose_content_was_changed() => AssertDrift(() =>
        _bank.Entries[1] = _bank.Entries[1] with { Content = [1, 2, 3] });

    [Fact]
    public void A_product_that_shows_something_else() => AssertDrift(() =>
        _bank.Shown.Add(new BookHead(SampleBank.Ben, 1, 201, 0)));

    [Fact]
    public void Money_under_way_for_ever() => AssertDrift(() =>
        _bank.Transfers[0] = _bank.Transfers[0] with { Step = TransferStep.Debited });

    [Fact]
    public void A_credit_that_is_larger_than_its_debit() => AssertDrift(() =>
        _bank.Transfers[0] = _bank.Transfers[0] with { AmountMinor = 199 });

    [Fact]
    public void A_transfer_both_credited_and_refunded() => AssertDrift(() =>
        _bank.Transfers[0] = _bank.Transfers[0] with { RefundId = _bank.Entries[0].EntryId });

    [Fact]
    public void Wallets_that_hold_more_than_was_paid_in() => AssertDrift(() =>
        _bank.Enter(SampleBank.Ben, "c:from nowhere", "FUND", 1));

    private void AssertDrift(Action spoil)
    {
        spoil();
        Assert.Contains(_bank.Check().Findings, finding => finding.Fault == Fault.Drift);
    }
}
