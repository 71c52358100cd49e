using System.Diagnostics;
using WalletGrains.Chaos.Checking;
using WalletGrains.Chaos.Traffic;
using Xunit;

namespace WalletGrains.Chaos.Tests.Checking;

/// <summary>Histories that only a clock shows to be wrong.</summary>
public sealed class OrderRulesTests
{
    private readonly SampleBank _bank = new();

    [Fact]
    public void An_operation_entered_before_one_that_was_over_when_it_was_asked_for_is_disordered()
    {
        var second = _bank.Enter(SampleBank.Ada, "c:second", "FUND", 1);
        var first = _bank.Enter(SampleBank.Ada, "c:first", "FUND", 1);
        Record("first", first, from: 1, to: 2);
        Record("second", second, from: 3, to: 4);

        Assert.Contains(_bank.Check().Findings, finding => finding.Fault == Fault.Disordered);
    }

    [Fact]
    public void Operations_under_way_at_the_same_time_may_be_entered_in_any_order()
    {
        var second = _bank.Enter(SampleBank.Ada, "c:second", "FUND", 1);
        var first = _bank.Enter(SampleBank.Ada, "c:first", "FUND", 1);
        Record("first", first, from: 1, to: 3);
        Record("second", second, from: 2, to: 4);

        Assert.Empty(_bank.Check().Findings);
    }

    [Fact]
    public void A_read_of_what_was_not_asked_for_yet_is_disordered()
    {
        Record("salary", _bank.Enter(SampleBank.Ada, "c:salary", "FUND", 1), from: 5, to: 6);
        _bank.Reads.Add(new ReadRecord(1, 2, new BookHead(SampleBank.Ada, 1, 1, 0)));

        Assert.Contains(_bank.Check().Findings, finding => finding.Fault == Fault.Disordered);
    }

    [Fact]
    public void A_read_of_a_balance_that_never_was_is_drift()
    {
        Record("salary", _bank.Enter(SampleBank.Ada, "c:salary", "FUND", 1), from: 1, to: 2);
        _bank.Reads.Add(new ReadRecord(3, 4, new BookHead(SampleBank.Ada, 1, 7, 0)));

        Assert.Contains(_bank.Check().Findings, finding => finding.Fault == Fault.Drift);
    }

    [Fact]
    public void A_read_that_misses_what_was_acknowledged_before_it_is_counted_as_stale()
    {
        Record("salary", _bank.Enter(SampleBank.Ada, "c:salary", "FUND", 1), from: 1, to: 2);
        _bank.Reads.Add(new ReadRecord(3, 4, new BookHead(SampleBank.Ada, 0, 0, 0)));

        var verdict = _bank.Check();

        Assert.Empty(verdict.Findings);
        Assert.Equal(1, verdict.StaleReads);
    }

    [Fact]
    public void A_read_that_misses_what_was_acknowledged_long_before_it_is_disordered()
    {
        Record("salary", _bank.Enter(SampleBank.Ada, "c:salary", "FUND", 1), from: 1, to: 2);
        _bank.Reads.Add(new ReadRecord(2 * Stopwatch.Frequency, 3 * Stopwatch.Frequency, new BookHead(SampleBank.Ada, 0, 0, 0)));

        Assert.Contains(_bank.Check().Findings, finding => finding.Fault == Fault.Disordered);
    }

    private void Record(string id, BookEntry entry, long from, long to) => _bank.Operations.Add(new OperationRecord(
        new Operation(id, OperationKind.Deposit, entry.WalletId, entry.AmountMinor), [new Attempt(from, to, SampleBank.Receipt(entry))]));
}
