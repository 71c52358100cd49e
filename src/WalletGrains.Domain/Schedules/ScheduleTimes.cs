using WalletGrains.Contracts.Schedules;

namespace WalletGrains.Domain.Schedules;

/// <summary>
/// The times of a schedule. Each is counted from the start and never from the one before, so nothing drifts: a month after 31
/// January is the last day of February, two months after it is 31 March.
/// </summary>
public static class ScheduleTimes
{
    private const int MonthsPerYear = 12;

    // The calendar of .NET ends with the year 9999; what is behind that is no time.
    private static readonly long LastMonth = Month(DateTimeOffset.MaxValue);

    /// <summary>The time with this number, from 0; null when it is beyond the calendar.</summary>
    public static DateTimeOffset? At(DateTimeOffset startAt, Period every, long number)
    {
        var months = number * every.Months;
        var minutes = number * every.Minutes;
        if (Month(startAt) + months > LastMonth)
        {
            return null;
        }

        var inMonth = startAt.ToUniversalTime().AddMonths((int)months);
        return minutes > (DateTimeOffset.MaxValue.Ticks - inMonth.Ticks) / TimeSpan.TicksPerMinute ? null : inMonth.AddTicks(minutes * TimeSpan.TicksPerMinute);
    }

    /// <summary>The first time behind another one; null when there is none.</summary>
    /// <param name="startAt">The first time of all.</param>
    /// <param name="every">How often after that; null for once.</param>
    /// <param name="endAt">No time is later than this; null for no end.</param>
    /// <param name="after">The time that the next one is behind; of the schedule or not.</param>
    public static DateTimeOffset? NextAfter(DateTimeOffset startAt, Period? every, DateTimeOffset? endAt, DateTimeOffset after)
    {
        var next = after < startAt ? startAt
            : every is null ? null
            : At(startAt, every, FirstBehind(startAt, every, after));
        return next > endAt ? null : next;
    }

    /// <summary>The number of the first time that is behind another one, or beyond the calendar.</summary>
    private static long FirstBehind(DateTimeOffset startAt, Period every, DateTimeOffset after)
    {
        // Times grow with their numbers: double the number until its time is behind, then halve the distance.
        var behind = 1L;
        while (At(startAt, every, behind) <= after)
        {
            behind *= 2;
        }

        var notBehind = behind / 2;
        while (behind - notBehind > 1)
        {
            var middle = notBehind + ((behind - notBehind) / 2);
            (notBehind, behind) = At(startAt, every, middle) <= after ? (middle, behind) : (notBehind, middle);
        }

        return behind;
    }

    private static long Month(DateTimeOffset time) => ((long)time.UtcDateTime.Year * MonthsPerYear) + time.UtcDateTime.Month;
}
