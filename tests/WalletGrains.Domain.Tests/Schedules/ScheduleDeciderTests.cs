using WalletGrains.Contracts;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Schedules;
using Xunit;

namespace WalletGrains.Domain.Tests.Schedules;

public sealed class ScheduleDeciderTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 1, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    // every, days to the end, days from the due time to now, refusal → status, days to the next time
    [InlineData(null, null, 0.0, null, ScheduleStatus.Completed, null)]
    [InlineData(null, null, 9.5, null, ScheduleStatus.Completed, null)]
    [InlineData(null, null, 0.0, WalletRefusal.InsufficientFunds, ScheduleStatus.Failed, null)]
    [InlineData(null, null, 0.0, WalletRefusal.WalletClosed, ScheduleStatus.Failed, null)]
    [InlineData("P1D", null, 0.0, null, ScheduleStatus.Active, 1)]
    [InlineData("P1D", null, 0.01, null, ScheduleStatus.Active, 1)]
    [InlineData("P1D", null, -0.01, null, ScheduleStatus.Active, 1)]
    [InlineData("P1D", null, 0.0, WalletRefusal.InsufficientFunds, ScheduleStatus.Active, 1)]
    [InlineData("P1D", null, 0.0, WalletRefusal.WalletFrozen, ScheduleStatus.Active, 1)]
    [InlineData("P1D", null, 0.0, WalletRefusal.LimitExceeded, ScheduleStatus.Active, 1)]
    [InlineData("P1D", null, 0.0, WalletRefusal.WalletClosed, ScheduleStatus.Failed, null)]
    // Missed times are caught up once.
    [InlineData("P1D", null, 9.5, null, ScheduleStatus.Active, 10)]
    [InlineData("P1D", null, 10.0, null, ScheduleStatus.Active, 11)]
    [InlineData("P1D", null, 400.1, WalletRefusal.InsufficientFunds, ScheduleStatus.Active, 401)]
    [InlineData("P1D", 1, 0.0, null, ScheduleStatus.Active, 1)]
    [InlineData("P1D", 1, 1.5, null, ScheduleStatus.Completed, null)]
    [InlineData("P1D", 0, 0.0, null, ScheduleStatus.Completed, null)]
    [InlineData("P1D", 0, 0.0, WalletRefusal.InsufficientFunds, ScheduleStatus.Completed, null)]
    public void A_run_moves_a_schedule_on(string? every, int? endDays, double lateDays, WalletRefusal? refusal, ScheduleStatus status, int? nextDays)
    {
        var schedule = new Schedule(
            Guid.Empty, Guid.Empty, Guid.Empty, new Money(1, Currency.Parse("USD")), null, Start, every is null ? null : Period.Parse(every),
            endDays is { } end ? Start.AddDays(end) : null, ScheduleStatus.Active, Start, null, null, null, Start);
        Assert.Equal(
            new ScheduleStep(status, nextDays is { } next ? Start.AddDays(next) : null),
            ScheduleDecider.AfterRun(schedule, Start.AddDays(lateDays), refusal));
    }

    [Fact]
    public void Any_change_of_a_request_changes_its_fingerprint()
    {
        var (id, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var first = new CreateSchedule(RequestId.FromClient("a"), id, id, new Money(1, Currency.Parse("USD")), Start, Period.Parse("P1M"), Start, "d");
        CreateSchedule[] changed =
        [
            first, first with { ToWalletId = other }, first with { Amount = new Money(2, Currency.Parse("USD")) }, first with { Amount = new Money(1, Currency.Parse("NGN")) },
            first with { StartAt = Start.AddMilliseconds(1) }, first with { Every = null }, first with { Every = Period.Parse("P2M") }, first with { EndAt = null },
            first with { EndAt = Start.AddDays(1) }, first with { Description = null }, first with { Description = "" }, first with { Description = "e" },
        ];
        Assert.Equal(changed.Length, changed.Select(command => Convert.ToHexString(ScheduleFingerprint.Of(command))).Distinct().Count());
        Assert.Equal(
            ScheduleFingerprint.Of(first),
            ScheduleFingerprint.Of(first with { RequestId = RequestId.FromClient("b"), StartAt = Start.ToOffset(TimeSpan.FromHours(1)) }));
    }
}
