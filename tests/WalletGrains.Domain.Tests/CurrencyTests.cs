using WalletGrains.Contracts;
using Xunit;

namespace WalletGrains.Domain.Tests;

public sealed class CurrencyTests
{
    [Theory]
    [InlineData("JPY", 0)]
    [InlineData("XAF", 0)]
    [InlineData("USD", 2)]
    [InlineData("NGN", 2)]
    [InlineData("MWK", 2)]
    [InlineData("BHD", 3)]
    [InlineData("TND", 3)]
    [InlineData("CLF", 4)]
    public void A_currency_has_the_exponent_of_ISO_4217(string code, int exponent)
    {
        var currency = Currency.Parse(code);
        Assert.Equal(exponent, currency.Exponent);
        Assert.Equal(code, currency.Code);
        Assert.Equal(code, currency.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("usd")]
    [InlineData("Usd")]
    [InlineData("US")]
    [InlineData("USDT")]
    [InlineData(" USD")]
    [InlineData("XXX")]
    [InlineData("XAU")]
    [InlineData("ＵＳＤ")]
    public void Anything_else_is_no_currency(string? code)
    {
        Assert.False(Currency.TryParse(code, out _));
        Assert.Throws<ArgumentException>(() => Currency.Parse(code!));
    }

    [Fact]
    public void Currencies_of_one_code_are_equal()
    {
        Assert.Equal(Currency.Parse("USD"), Currency.Parse(string.Concat("U", "SD")));
        Assert.NotEqual(Currency.Parse("USD"), Currency.Parse("NGN"));
    }

    [Fact]
    public void A_currency_that_was_not_made_from_a_code_cannot_be_used()
    {
        Assert.Throws<InvalidOperationException>(() => default(Currency).Code);
        Assert.Throws<InvalidOperationException>(() => default(Currency).Exponent);
        Assert.Equal("", default(Currency).ToString());
    }
}
