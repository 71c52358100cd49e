using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Domain.Schedules;
using Xunit;

namespace WalletGrains.Domain.Tests.Schedules;

public sealed class ScheduleTimesTests
{
    private static readonly Gen<DateTimeOffset> Times =
        from day in Gen.Choose(0, 366 * 40)
        from millisecond in Gen.Choose(0, (24 * 60 * 60 * 1000) - 1)
        select new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day).AddMilliseconds(millisecond);

    private static readonly Gen<Period> Periods = Gen.OneOf(
            Gen.Elements("P1M", "P1Y", "P1W", "P1D", "PT1H", "PT1M", "P2M", "P1M1D", "P100Y", "P9999D"),
            from months in Gen.Choose(0, 24)
            from days in Gen.Choose(0, 40)
            from minutes in Gen.Choose(1, 5_000)
            select $"P{months}M{days}DT{minutes}M")
        .Select(Period.Parse);

    private static readonly Gen<(DateTimeOffset Start, Period Every, DateTimeOffset After)> Cases =
        from start in Times
        from every in Periods
        from after in Times
        select (start, every, after);

    [Theory]
    // start, every, number → time
    [InlineData("2026-01-31T10:00:00", "P1M", 0, "2026-01-31T10:00:00")]
    [InlineData("2026-01-31T10:00:00", "P1M", 1, "2026-02-28T10:00:00")]
    [InlineData("2026-01-31T10:00:00", "P1M", 2, "2026-03-31T10:00:00")]
    [InlineData("2026-01-31T10:00:00", "P1M", 3, "2026-04-30T10:00:00")]
    [InlineData("2026-01-31T10:00:00", "P1M", 25, "2028-02-29T10:00:00")]
    [InlineData("2026-01-30T00:00:00", "P1M", 1, "2026-02-28T00:00:00")]
    [InlineData("2028-02-29T00:00:00", "P1Y", 1, "2029-02-28T00:00:00")]
    [InlineData("2028-02-29T00:00:00", "P1Y", 4, "2032-02-29T00:00:00")]
    [InlineData("2026-12-31T23:59:59", "P1M", 2, "2027-02-28T23:59:59")]
    [InlineData("2026-03-28T12:00:00", "P1W", 2, "2026-04-11T12:00:00")]
    [InlineData("2026-03-29T00:30:00", "PT1H", 3, "2026-03-29T03:30:00")]
    [InlineData("2026-01-31T00:00:00", "P1M1D", 1, "2026-03-01T00:00:00")]
    [InlineData("2026-01-31T00:00:00", "P1M1D", 2, "2026-04-02T00:00:00")]
    [InlineData("9999-11-30T00:00:00", "P1M", 1, "9999-12-30T00:00:00")]
    [InlineData("9999-11-30T00:00:00", "P1M", 2, null)]
    [InlineData("9999-12-31T23:58:00", "PT1M", 1, "9999-12-31T23:59:00")]
    [InlineData("9999-12-31T23:58:00", "PT1M", 2, null)]
    [InlineData("2026-01-01T00:00:00", "P100Y", 1_000_000, null)]
    [InlineData("2026-01-01T00:00:00", "P9999D", 1_000_000_000, null)]
    public void A_time_is_counted_from_the_start(string start, string every, long number, string? expected) =>
        Assert.Equal(expected is null ? null : At(expected), ScheduleTimes.At(At(start), Period.Parse(every), number));

    [Theory]
    // start, every, end, after → next
    [InlineData("2026-05-01T08:00:00", null, null, "2026-04-01T00:00:00", "2026-05-01T08:00:00")]
    [InlineData("2026-05-01T08:00:00", null, null, "2026-05-01T08:00:00", null)]
    [InlineData("2026-05-01T08:00:00", "P1D", null, "2026-04-01T00:00:00", "2026-05-01T08:00:00")]
    [InlineData("2026-05-01T08:00:00", "P1D", null, "2026-05-01T08:00:00", "2026-05-02T08:00:00")]
    [InlineData("2026-05-01T08:00:00", "P1D", null, "2026-05-02T07:59:59", "2026-05-02T08:00:00")]
    [InlineData("2026-05-01T08:00:00", "P1D", null, "2026-05-02T08:00:00", "2026-05-03T08:00:00")]
    [InlineData("2026-05-01T08:00:00", "P1D", null, "2027-05-01T09:00:00", "2027-05-02T08:00:00")]
    [InlineData("2026-05-01T08:00:00", "P1D", "2026-05-02T08:00:00", "2026-05-01T08:00:00", "2026-05-02T08:00:00")]
    [InlineData("2026-05-01T08:00:00", "P1D", "2026-05-02T07:59:59", "2026-05-01T08:00:00", null)]
    [InlineData("2026-05-01T08:00:00", "P1D", "2026-05-01T08:00:00", "2026-05-01T08:00:00", null)]
    [InlineData("2026-01-31T00:00:00", "P1M", null, "2026-02-28T00:00:00", "2026-03-31T00:00:00")]
    [InlineData("9999-12-01T00:00:00", "P1M", null, "9999-12-01T00:00:00", null)]
    public void The_next_time_is_the_first_behind(string start, string? every, string? end, string after, string? expected) => Assert.Equal(
        expected is null ? null : At(expected),
        ScheduleTimes.NextAfter(At(start), every is null ? null : Period.Parse(every), end is null ? null : At(end), At(after)));

    [Fact]
    public void Times_grow_with_their_numbers() => Law.Holds(
        from sample in Cases
        from number in Gen.Choose(0, 2_000)
        select (sample.Start, sample.Every, Number: number),
        sample => ScheduleTimes.At(sample.Start, sample.Every, sample.Number + 1) is not { } next || next > ScheduleTimes.At(sample.Start, sample.Every, sample.Number));

    [Fact]
    public void A_monthly_time_is_on_the_day_of_the_start_or_the_last_of_a_shorter_month() => Law.Holds(
        from start in Times
        from number in Gen.Choose(0, 2_000)
        select (start, number),
        sample =>
        {
            var time = ScheduleTimes.At(sample.start, Period.Parse("P1M"), sample.number)!.Value;
            return time.Day == Math.Min(sample.start.Day, DateTime.DaysInMonth(time.Year, time.Month)) && time.TimeOfDay == sample.start.TimeOfDay
                && ((time.Year - sample.start.Year) * 12) + time.Month - sample.start.Month == sample.number;
        });

    [Fact]
    public void The_next_time_is_one_of_the_schedule_and_none_lies_between() => Law.Holds(Cases, sample =>
    {
        var next = ScheduleTimes.NextAfter(sample.Start, sample.Every, null, sample.After)!.Value;

        // The naive way: one after another.
        var number = 0L;
        while (ScheduleTimes.At(sample.Start, sample.Every, number) <= sample.After && number < 20_000)
        {
            number++;
        }

        return number == 20_000 ? next > sample.After : next == ScheduleTimes.At(sample.Start, sample.Every, number);
    });

    [Fact]
    public void The_next_time_of_a_next_time_is_the_following_one() => Law.Holds(Cases, sample =>
    {
        var first = ScheduleTimes.NextAfter(sample.Start, sample.Every, null, sample.After)!.Value;
        var second = ScheduleTimes.NextAfter(sample.Start, sample.Every, null, first)!.Value;
        return second > first && ScheduleTimes.NextAfter(sample.Start, sample.Every, null, second.AddTicks(-1)) == second
            && ScheduleTimes.NextAfter(sample.Start, sample.Every, first, first) is null;
    });

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
