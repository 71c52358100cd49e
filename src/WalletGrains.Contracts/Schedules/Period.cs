using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace WalletGrains.Contracts.Schedules;

/// <summary>
/// How often something recurs, as ISO 8601 writes it: P1M, P1W, P1DT12H, PT15M. A month is as long as the calendar has it, a day
/// always 24 hours: times are UTC.
/// </summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Period")]
public sealed partial record Period
{
    private const int MonthsPerYear = 12;
    private const int MinutesPerHour = 60;
    private const int MinutesPerDay = 24 * MinutesPerHour;
    private const int MinutesPerWeek = 7 * MinutesPerDay;

    private Period(string text, int months, int minutes) => (Text, Months, Minutes) = (text, months, minutes);

    /// <summary>As it was written.</summary>
    [Id(0)]
    public string Text { get; }

    /// <summary>Its years and months, in months.</summary>
    [Id(1)]
    public int Months { get; }

    /// <summary>Its weeks, days, hours and minutes, in minutes.</summary>
    [Id(2)]
    public int Minutes { get; }

    /// <summary>Reads a period of years, months, weeks, days, hours and minutes, whole and at most four digits each; at least a
    /// minute and at most <see cref="Limits.MaxPeriodYears"/> years.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Period? period)
    {
        period = null;
        if (text is null || Written().Match(text) is not { Success: true } match)
        {
            return false;
        }

        var months = (Number(match, 1) * MonthsPerYear) + Number(match, 2);
        var minutes = (Number(match, 3) * MinutesPerWeek) + (Number(match, 4) * MinutesPerDay) + (Number(match, 5) * MinutesPerHour) + Number(match, 6);
        var isLongEnough = months > 0 || minutes > 0;
        if (!isLongEnough || months > Limits.MaxPeriodYears * MonthsPerYear || minutes > Limits.MaxPeriodYears * 366 * MinutesPerDay)
        {
            return false;
        }

        period = new Period(text, months, minutes);
        return true;
    }

    /// <summary>The period that was read before.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Period Parse(string text) => TryParse(text, out var period) ? period : throw new FormatException($"'{text}' is not a period.");

    /// <inheritdoc />
    public override string ToString() => Text;

    private static int Number(Match match, int group) =>
        match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"\AP(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,4})D)?(?:T(?=[0-9])(?:([0-9]{1,4})H)?(?:([0-9]{1,4})M)?)?\z")]
    private static partial Regex Written();
}
