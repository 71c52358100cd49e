using System.Text.Json;
using WalletGrains.Api.Http;
using WalletGrains.Contracts;
using Xunit;

namespace WalletGrains.Api.Tests.Http;

public sealed class WireFormatTests
{
    [Theory]
    [InlineData(10050, "NGN", "100.5")]
    [InlineData(10000, "NGN", "100")]
    [InlineData(1, "NGN", "0.01")]
    [InlineData(0, "NGN", "0")]
    [InlineData(-105, "USD", "-1.05")]
    [InlineData(1500, "JPY", "1500")]
    [InlineData(1500, "BHD", "1.5")]
    [InlineData(Limits.MaxAmountMinor, "NGN", "10000000000000")]
    [InlineData(999_999_999_999_999, "NGN", "9999999999999.99")]
    public void Amounts_are_written_in_plain_notation_without_superfluous_zeros(long minorUnits, string currency, string json) =>
        Assert.Equal(json, JsonSerializer.Serialize(Amounts.ToMajor(minorUnits, Currency.Parse(currency))));

    [Theory]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z")]
    [InlineData("2026-01-31T12:00:00.1239999Z", "2026-01-31T12:00:00.123Z")]
    [InlineData("2026-01-31T12:00:00.5+01:00", "2026-01-31T11:00:00.500Z")]
    public void Times_are_written_in_utc_with_three_decimals(string time, string written)
    {
        Assert.True(UtcTime.TryParse(time, out var parsed));
        Assert.Equal($"\"{written}\"", JsonSerializer.Serialize(parsed, ApiJson.Wire.DateTimeOffset));
    }

    [Theory]
    [InlineData("2026-01-31T12:00:00")]
    [InlineData("2026-01-31")]
    [InlineData("2026-02-30T12:00:00Z")]
    [InlineData("2026-01-31 12:00:00Z")]
    [InlineData("yesterday")]
    [InlineData("")]
    public void Times_without_an_offset_or_of_another_form_are_refused(string time) => Assert.False(UtcTime.TryParse(time, out _));

    [Fact]
    public void A_cursor_leads_back_into_its_own_list_only()
    {
        var (list, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var history = Cursor.AfterEntry(list, 42);
        Assert.True(Cursor.TryReadEntry(history, list, out var version));
        Assert.Equal(42, version);
        Assert.False(Cursor.TryReadEntry(history, other, out _));
        Assert.False(Cursor.TryReadWallet(history, list, out _));
        Assert.False(Cursor.TryReadEntry(history[..^1], list, out _));
        Assert.False(Cursor.TryReadEntry(history + "A", list, out _));
        Assert.False(Cursor.TryReadEntry(Cursor.AfterEntry(list, 0), list, out _));
        Assert.False(Cursor.TryReadEntry(Cursor.AfterEntry(list, -1), list, out _));

        var wallets = Cursor.AfterWallet(list, other);
        Assert.True(Cursor.TryReadWallet(wallets, list, out var walletId));
        Assert.Equal(other, walletId);
        Assert.False(Cursor.TryReadWallet(wallets, other, out _));
    }
}
