using System.Globalization;
using FsCheck.Fluent;
using WalletGrains.Contracts;
using Xunit;

namespace WalletGrains.Domain.Tests;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("0", "USD", 0L, null)]
    [InlineData("1", "USD", 100L, null)]
    [InlineData("100.5", "USD", 10_050L, null)]
    [InlineData("100.50", "USD", 10_050L, null)]
    [InlineData("0.01", "USD", 1L, null)]
    [InlineData("-1", "USD", -100L, null)]
    [InlineData("-0.00", "USD", 0L, null)]
    [InlineData("0.1", "NGN", 10L, null)]
    [InlineData("0.29", "MWK", 29L, null)]
    [InlineData("1.10", "USD", 110L, null)]
    [InlineData("7", "JPY", 7L, null)]
    [InlineData("7.0", "JPY", 7L, null)]
    [InlineData("0.001", "BHD", 1L, null)]
    [InlineData("0.0001", "CLF", 1L, null)]
    [InlineData("1.5000000000000000000000000000000000", "USD", 150L, null)]
    [InlineData("9007199254740993", "JPY", 9_007_199_254_740_993L, null)]
    [InlineData("9999999999999999.99", "USD", 999_999_999_999_999_999L, null)]
    [InlineData("00000000000000000000000000000001", "USD", 100L, null)]
    [InlineData("1.005", "USD", 0L, AmountError.TooManyDecimals)]
    [InlineData("0.5", "JPY", 0L, AmountError.TooManyDecimals)]
    [InlineData("0.0001", "BHD", 0L, AmountError.TooManyDecimals)]
    [InlineData("0.00000000000000000000000000000000001", "USD", 0L, AmountError.TooManyDecimals)]
    [InlineData("10000000000000000", "USD", 0L, AmountError.TooLarge)]
    [InlineData("92233720368547758.08", "USD", 0L, AmountError.TooLarge)]
    [InlineData("9223372036854775808", "JPY", 0L, AmountError.TooLarge)]
    [InlineData("-9223372036854775808", "JPY", 0L, AmountError.TooLarge)]
    [InlineData("18446744073709551617", "JPY", 0L, AmountError.TooLarge)]
    [InlineData("1e400", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("1E2", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("-", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("--1", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("+1", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData(".5", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("1.", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("1.2.3", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("1,5", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData(" 1", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("1 ", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("NaN", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("Infinity", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("0x10", "USD", 0L, AmountError.NotADecimalNumber)]
    [InlineData("١٢", "USD", 0L, AmountError.NotADecimalNumber)]
    public void An_amount_is_read_exactly_or_not_at_all(string text, string currency, long minor, AmountError? expected)
    {
        Assert.Equal(expected, Money.TryParse(text, Currency.Parse(currency), out var money));
        Assert.Equal(minor, money.MinorUnits);
    }

    [Fact]
    public void Ten_thousand_digits_are_too_large_and_ten_thousand_decimals_too_many()
    {
        var usd = Currency.Parse("USD");
        Assert.Equal(AmountError.TooLarge, Money.TryParse(new string('9', 10_000), usd, out _));
        Assert.Equal(AmountError.TooManyDecimals, Money.TryParse("0." + new string('9', 10_000), usd, out _));
        Assert.Null(Money.TryParse(new string('0', 10_000) + "1", usd, out var one));
        Assert.Equal(100, one.MinorUnits);
    }

    [Theory]
    [InlineData(10_050, "USD", "100.50 USD")]
    [InlineData(-1, "USD", "-0.01 USD")]
    [InlineData(7, "JPY", "7 JPY")]
    [InlineData(1, "CLF", "0.0001 CLF")]
    [InlineData(long.MaxValue, "USD", "92233720368547758.07 USD")]
    [InlineData(long.MinValue, "USD", "-92233720368547758.08 USD")]
    public void An_amount_is_shown_with_all_its_decimals(long minor, string currency, string expected) =>
        Assert.Equal(expected, new Money(minor, Currency.Parse(currency)).ToString());

    [Fact]
    public void What_is_shown_is_read_back() => Law.Holds(
        Samples.Currencies.SelectMany(_ => Samples.ParsedMinorUnits, (currency, minor) => new Money(minor, currency)),
        money => Money.TryParse(money.ToDecimal().ToString(CultureInfo.InvariantCulture), money.Currency, out var read) is null && read == money);

    [Fact]
    public void More_significant_decimals_than_the_currency_has_are_never_read() => Law.Holds(
        Samples.Currencies.SelectMany(_ => Samples.Digits(1, 30), (currency, decimals) => (currency, decimals)),
        sample =>
        {
            var significant = sample.decimals.TrimEnd('0').Length;
            var error = Money.TryParse("1." + sample.decimals, sample.currency, out _);
            return error is AmountError.TooManyDecimals == significant > sample.currency.Exponent;
        });

    [Fact]
    public void Every_amount_is_worth_the_decimal_number_that_was_written() => Law.Holds(
        Samples.Digits(1, 12).SelectMany(_ => Samples.Digits(2, 2), (whole, cents) => $"{whole}.{cents}"),
        text => Money.TryParse(text, Currency.Parse("USD"), out var money) is null
            && money.ToDecimal() == decimal.Parse(text, CultureInfo.InvariantCulture));
}
