using Microsoft.Extensions.Configuration;
using WalletGrains.Grains.Bills;
using WalletGrains.Grains.Jobs;
using Xunit;

namespace WalletGrains.Grains.Tests.Bills;

public sealed class BillOptionsTests
{
    [Theory]
    [InlineData("Bills:UnreachedPatience", "01:00:01")]
    [InlineData("Bills:UnknownPatience", "32.00:00:00")]
    [InlineData("Bills:ReversalDelay", "-00:00:01")]
    [InlineData("Bills:CallsPerBiller", "0")]
    public void What_payments_cannot_wait_for_names_its_setting(string setting, string value) =>
        Assert.StartsWith($"{setting} is {value}", Assert.Throws<ArgumentException>(() => Read(setting, value)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_biller_that_is_not_reached_may_be_called_for_an_hour() =>
        Assert.Equal(TimeSpan.FromHours(1), Read("Bills:UnreachedPatience", "01:00:00").UnreachedPatience);

    [Fact]
    public void Without_settings_payments_wait_as_long_as_people_were_promised() => Assert.Equal(
        new BillOptions
        {
            ReversalDelay = TimeSpan.FromSeconds(5),
            StatusDelay = TimeSpan.FromSeconds(5),
            UnreachedPatience = TimeSpan.FromMinutes(10),
            UnknownPatience = TimeSpan.FromHours(24),
            CallsPerBiller = 8,
        },
        BillOptions.Read(null));

    [Fact]
    public void Without_settings_billers_are_called_and_asked_and_money_is_given_back_as_often_as_people_were_promised()
    {
        var minute = TimeSpan.FromMinutes(1);
        Assert.Equal(
            new JobPolicy { Concurrency = 32, MaxAttempts = 100, FirstBackoff = TimeSpan.FromSeconds(1), MaxBackoff = minute, Timeout = minute },
            new BillCalling(null!, new BillOptions(), TimeProvider.System).Policy);
        Assert.Equal(
            new JobPolicy { Concurrency = 16, MaxAttempts = 1_000, FirstBackoff = TimeSpan.FromSeconds(5), MaxBackoff = TimeSpan.FromMinutes(30), Timeout = minute },
            new BillAsking(null!, new BillOptions(), TimeProvider.System).Policy);
        Assert.Equal(
            new JobPolicy { Concurrency = 16, MaxAttempts = 5, FirstBackoff = TimeSpan.FromSeconds(3), MaxBackoff = minute, Timeout = TimeSpan.FromSeconds(30) },
            new BillReversing(null!).Policy);
    }

    private static BillOptions Read(string setting, string value) =>
        BillOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [setting] = value }).Build());
}
