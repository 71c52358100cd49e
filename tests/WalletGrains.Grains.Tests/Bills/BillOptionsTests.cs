using Microsoft.Extensions.Configuration;
using WalletGrains.Grains.Bills;
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

    private static BillOptions Read(string setting, string value) =>
        BillOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [setting] = value }).Build());
}
