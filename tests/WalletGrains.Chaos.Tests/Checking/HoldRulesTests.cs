using WalletGrains.Chaos.Checking;
using WalletGrains.Chaos.Traffic;
using Xunit;

namespace WalletGrains.Chaos.Tests.Checking;

/// <summary>Holds that were lost, doubled or forgotten.</summary>
public sealed class HoldRulesTests
{
    private readonly SampleBank _bank = new();
    private readonly BookHold _hold;

    public HoldRulesTests()
    {
        _bank.Deposit("salary", SampleBank.Ada, 1_000);
        _hold = _bank.Hold("hotel", SampleBank.Ada, 400);
    }

    [Fact]
    public void A_hold_that_is_open_or_captured_in_part_is_sound()
    {
        Assert.Empty(_bank.Check().Findings);
        _bank.Capture("check-out", _hold, 300);
        Assert.Empty(_bank.Check().Findings);
    }

    [Fact]
    public void An_acknowledged_hold_that_is_not_there_is_lost() => AssertFound(Fault.Lost, () => _bank.Holds.Clear());

    [Fact]
    public void An_acknowledged_capture_of_a_hold_that_is_still_open_is_lost() => AssertFound(Fault.Lost, () =>
    {
        _bank.Capture("check-out", _hold, 300);
        _bank.Holds[0] = _hold;
    });

    [Fact]
    public void A_hold_both_captured_and_released_is_found() => AssertFound(Fault.Lost, () =>
    {
        _bank.Capture("check-out", _hold, 300);
        _bank.Enter(SampleBank.Ada, "c:cancel", "RELEASE", 0);
        _bank.Tell(new Operation("cancel", OperationKind.Release, SampleBank.Ada, 400) { HoldId = _hold.HoldId }, SampleBank.HoldReceipt(_hold));
    });

    [Fact]
    public void A_hold_captured_twice_is_found() => AssertFound(Fault.Drift, () =>
    {
        _bank.Capture("check-out", _hold, 300);
        _bank.Enter(SampleBank.Ada, "c:check-out again", "CAPTURE", -300);
    });

    [Fact]
    public void A_wallet_that_holds_other_than_its_open_holds_drifts() => AssertFound(Fault.Drift, () =>
        _bank.Heads.Add(new BookHead(SampleBank.Ada, 2, 1_000, 399)));

    private void AssertFound(Fault fault, Action spoil)
    {
        spoil();
        Assert.Contains(_bank.Check().Findings, finding => finding.Fault == fault);
    }
}
