using System.Text;
using System.Text.Json;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

public sealed class EntryContentTests
{
    private static readonly Entry Golden = new(
        Guid.Parse("0197a2b3-0000-7000-8000-00000000000e"),
        Guid.Parse("0197a2b3-0000-7000-8000-000000000001"),
        42,
        EntryType.TransferOut,
        new Money(10_050, Currency.Parse("NGN")),
        20_000,
        9_950,
        "wallet:0197a2b3-0000-7000-8000-0000000000bb",
        RequestId.FromClient("order/17 \"β\""),
        Guid.Parse("0197a2b3-0000-7000-8000-0000000000aa"),
        "Rent \"May\" <b>\\ & é 你 😀 \u2028",
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero));

    [Fact]
    public void Every_entry_is_read_back_as_it_was_written() =>
        Law.Holds(Samples.Entries, entry => EntryContent.Decode(EntryContent.Encode(entry)) == entry);

    [Fact]
    public void Equal_entries_have_equal_bytes_and_the_bytes_are_one_json_object() => Law.Holds(Samples.Entries, entry =>
    {
        var bytes = EntryContent.Encode(entry);
        Assert.Equal(bytes, EntryContent.Encode(entry with { }));
        using var document = JsonDocument.Parse(bytes);
        Assert.Equal(entry.Description, document.RootElement.TryGetProperty("description", out var words) ? words.GetString() : null);
    });

    [Fact]
    public void A_time_of_another_offset_is_the_same_instant_in_the_same_bytes() => Assert.Equal(
        EntryContent.Encode(Golden), EntryContent.Encode(Golden with { CreatedAt = Golden.CreatedAt.ToOffset(TimeSpan.FromHours(2)) }));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"walletId\":1}")]
    public void Bytes_that_are_no_entry_are_refused(string text) =>
        Assert.Throws<FormatException>(() => EntryContent.Decode(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_cut_entry_is_refused()
    {
        var bytes = EntryContent.Encode(Golden);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<FormatException>(() => EntryContent.Decode(bytes.AsMemory(0, length)));
        }
    }

    /// <summary>These bytes are hashed and kept for ever. If this test fails, the code is wrong, never the file.</summary>
    [Fact]
    public void The_bytes_and_the_hash_of_an_entry_never_change()
    {
        var bytes = EntryContent.Encode(Golden);
        Assert.Equal(Resource("entry.json"), Encoding.UTF8.GetString(bytes));
        Assert.Equal(Golden, EntryContent.Decode(Encoding.UTF8.GetBytes(Resource("entry.json"))));

        var opened = WalletState.Opened(
            Golden.WalletId,
            new OpenWallet(Currency.Parse("NGN"), Guid.Parse("0197a2b3-0000-7000-8000-0000000000cc")),
            new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var begin = HashChain.Begin(opened);
        Assert.Equal(Resource("hashes.txt"), $"{Convert.ToHexStringLower(begin)}\n{Convert.ToHexStringLower(HashChain.Next(begin, bytes))}");
    }

    [Fact]
    public void The_bytes_of_what_few_entries_have_never_change()
    {
        Assert.True(Metadata.TryCreate([new("order", "17"), new("channel", "ussd \"1\" é")], out var metadata));
        var hold = new Hold(
            Guid.Parse("0197a2b3-0000-7000-8000-0000000000dd"), Golden.WalletId, Golden.Amount, 50, HoldStatus.Captured, Golden.CreatedAt.AddHours(1), Golden.CreatedAt);
        var full = Golden with
        {
            HeldAfterMinor = 7,
            StatusAfter = WalletStatus.Frozen,
            Hold = hold,
            Limits = new WalletLimits(1, null, 3),
            ReversesTransferId = hold.HoldId,
            Metadata = metadata,
        };
        Assert.Equal(Resource("full-entry.json"), Encoding.UTF8.GetString(EntryContent.Encode(full)));
        Assert.Equal(full, EntryContent.Decode(Encoding.UTF8.GetBytes(Resource("full-entry.json"))));
    }

    private static string Resource(string name)
    {
        using var stream = typeof(EntryContentTests).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().TrimEnd('\n');
    }
}
