using System.Collections.Immutable;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <summary>What left in one stretch of time.</summary>
/// <param name="Start">Its beginning, in stretches since the Unix epoch.</param>
/// <param name="Value">An amount in minor units, or a count.</param>
public readonly record struct Spent(long Start, long Value);

/// <summary>
/// What left a wallet in the last day and in the last minute, for its limits. Kept in stretches of time, a quarter of an hour
/// and a second, so that its size has a bound: 97 and 61 stretches. A stretch counts until all of it is out of the window,
/// so a limit is never exceeded in any window and may hold a little longer than it must.
/// </summary>
public sealed class Spending : IEquatable<Spending>
{
    private static readonly TimeSpan DayStretch = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan MinuteStretch = TimeSpan.FromSeconds(1);

    /// <summary>What a day and a minute are, in their stretches.</summary>
    private const int StretchesPerDay = 96;

    private const int StretchesPerMinute = 60;

    private Spending(ImmutableArray<Spent> day, ImmutableArray<Spent> minute, DateTimeOffset? dayCountedSince) =>
        (Day, Minute, DayCountedSince) = (day, minute, dayCountedSince);

    /// <summary>Nothing.</summary>
    public static Spending None { get; } = new([], [], null);

    /// <summary>Amounts by quarter of an hour, oldest first.</summary>
    public ImmutableArray<Spent> Day { get; }

    /// <summary>Counts by second, oldest first.</summary>
    public ImmutableArray<Spent> Minute { get; }

    /// <summary>Since when the amounts of a day are counted without a break; null while they are not.</summary>
    public DateTimeOffset? DayCountedSince { get; }

    /// <summary>What these stretches say.</summary>
    public static Spending Of(ImmutableArray<Spent> day, ImmutableArray<Spent> minute, DateTimeOffset? dayCountedSince) =>
        day.IsEmpty && minute.IsEmpty && dayCountedSince is null ? None : new Spending(day, minute, dayCountedSince);

    /// <summary>Whether what left then is among the amounts of a day. Of the very moment that counting began it is not known.</summary>
    public bool Counted(DateTimeOffset at) => at > DayCountedSince;

    /// <summary>Whether the limits allow this amount to leave now.</summary>
    public bool Allows(WalletLimits limits, long amountMinor, DateTimeOffset now) =>
        !(amountMinor > limits.PerTransactionMinor)
        && !(limits.PerDayMinor is { } perDay && amountMinor > perDay - Sum(Day, now, DayStretch, StretchesPerDay))
        && !(limits.CountPerMinute is { } perMinute && Sum(Minute, now, MinuteStretch, StretchesPerMinute) >= perMinute);

    /// <summary>With an amount that left.</summary>
    public Spending With(WalletLimits limits, long amountMinor, DateTimeOffset at) => Of(
        limits.PerDayMinor is null ? [] : Add(Day, at, amountMinor, DayStretch, StretchesPerDay),
        limits.CountPerMinute is null ? [] : Add(Minute, at, 1, MinuteStretch, StretchesPerMinute),
        DayCountedSince);

    /// <summary>Without an amount that was counted then and came back: what is not remembered any more is not in the window either.</summary>
    public Spending Without(long amountMinor, DateTimeOffset countedAt)
    {
        var number = Number(countedAt, DayStretch);
        return Of(
            [.. Day.Select(spent => spent.Start == number ? spent with { Value = Math.Max(0, spent.Value - amountMinor) } : spent).Where(spent => spent.Value > 0)],
            Minute,
            DayCountedSince);
    }

    /// <summary>What is still asked for under other limits, set then.</summary>
    public Spending Under(WalletLimits limits, DateTimeOffset at) => Of(
        limits.PerDayMinor is null ? [] : Day,
        limits.CountPerMinute is null ? [] : Minute,
        limits.PerDayMinor is null ? null : DayCountedSince ?? at);

    /// <inheritdoc />
    public bool Equals(Spending? other) => other is not null
        && Day.AsSpan().SequenceEqual(other.Day.AsSpan())
        && Minute.AsSpan().SequenceEqual(other.Minute.AsSpan())
        && DayCountedSince == other.DayCountedSince;

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Spending);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Day.Length, Minute.Length, DayCountedSince);

    private static long Sum(ImmutableArray<Spent> stretches, DateTimeOffset now, TimeSpan stretch, int window)
    {
        var oldest = Number(now, stretch) - window;
        var sum = 0L;
        foreach (var spent in stretches)
        {
            sum += spent.Start >= oldest ? spent.Value : 0;
        }

        return sum;
    }

    private static ImmutableArray<Spent> Add(ImmutableArray<Spent> stretches, DateTimeOffset at, long value, TimeSpan stretch, int window)
    {
        var number = Number(at, stretch);
        var added = stretches.ToBuilder();
        added.RemoveAll(spent => spent.Start < number - window);
        if (added.Count > 0 && added[^1].Start == number)
        {
            added[^1] = new Spent(number, added[^1].Value + value);
        }
        else
        {
            added.Add(new Spent(number, value));
        }

        return added.ToImmutable();
    }

    private static long Number(DateTimeOffset at, TimeSpan stretch) => (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / stretch.Ticks;
}
