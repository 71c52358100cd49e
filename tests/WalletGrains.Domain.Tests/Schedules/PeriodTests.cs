using WalletGrains.Contracts.Schedules;
using Xunit;

namespace WalletGrains.Domain.Tests.Schedules;

public sealed class PeriodTests
{
    private const int Day = 24 * 60;

    [Theory]
    // text, months, minutes
    [InlineData("P1M", 1, 0)]
    [InlineData("P1Y", 12, 0)]
    [InlineData("P1Y6M", 18, 0)]
    [InlineData("P1W", 0, 7 * Day)]
    [InlineData("P2W3D", 0, 17 * Day)]
    [InlineData("P1D", 0, Day)]
    [InlineData("PT1H", 0, 60)]
    [InlineData("PT1M", 0, 1)]
    [InlineData("PT90M", 0, 90)]
    [InlineData("P1DT12H30M", 0, Day + 750)]
    [InlineData("P1M1DT1M", 1, Day + 1)]
    [InlineData("P01M", 1, 0)]
    [InlineData("P0Y1M", 1, 0)]
    [InlineData("P100Y", 1200, 0)]
    [InlineData("P1200M", 1200, 0)]
    public void A_period_is_read(string text, int months, int minutes)
    {
        Assert.True(Period.TryParse(text, out var period));
        Assert.Equal((text, months, minutes), (period.Text, period.Months, period.Minutes));
        Assert.Equal(period, Period.Parse(period.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1")]
    [InlineData("1M")]
    [InlineData("P1MT")]
    [InlineData("p1m")]
    [InlineData("P1m")]
    [InlineData(" P1M")]
    [InlineData("P1M\n")]
    [InlineData("P-1M")]
    [InlineData("-P1M")]
    [InlineData("+P1M")]
    [InlineData("P1.5M")]
    [InlineData("P1,5D")]
    [InlineData("P0M")]
    [InlineData("PT0M")]
    [InlineData("P0Y0M0W0DT0H0M")]
    [InlineData("PT59S")]
    [InlineData("PT1M30S")]
    [InlineData("PT60S")]
    [InlineData("P1D1W")]
    [InlineData("P1M1Y")]
    [InlineData("PT1M1H")]
    [InlineData("P1H")]
    [InlineData("P101Y")]
    [InlineData("P1201M")]
    [InlineData("P10000D")]
    [InlineData("P9999W")]
    [InlineData("P١M")]
    [InlineData("R/P1M")]
    [InlineData("P0001-00-00")]
    public void What_is_no_period_of_at_least_a_minute_is_refused(string? text)
    {
        Assert.False(Period.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Period.Parse(text ?? ""));
    }
}
