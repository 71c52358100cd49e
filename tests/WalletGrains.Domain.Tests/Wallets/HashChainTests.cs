using FsCheck.Fluent;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

public sealed class HashChainTests
{
    private static readonly WalletState Opened = WalletState.Opened(
        Guid.Parse("0197a2b3-0000-7000-8000-000000000001"),
        new OpenWallet(Currency.Parse("USD"), Guid.Parse("0197a2b3-0000-7000-8000-0000000000cc")),
        Samples.Now);

    [Fact]
    public void The_hash_changes_when_any_byte_changes()
    {
        var content = "{\"version\":1,\"amountMinor\":100}"u8.ToArray();
        var begin = HashChain.Begin(Opened);
        var hash = HashChain.Next(begin, content);
        for (var i = 0; i < content.Length * 8; i++)
        {
            var changed = (byte[])content.Clone();
            changed[i / 8] ^= (byte)(1 << (i % 8));
            Assert.NotEqual(hash, HashChain.Next(begin, changed));
        }

        for (var i = 0; i < begin.Length * 8; i++)
        {
            var changed = (byte[])begin.Clone();
            changed[i / 8] ^= (byte)(1 << (i % 8));
            Assert.NotEqual(hash, HashChain.Next(changed, content));
        }
    }

    [Fact]
    public void Entries_that_are_removed_inserted_or_swapped_change_the_head() => Law.Holds(
        Samples.Entries.Select(EntryContent.Encode).ArrayOf(3),
        contents =>
        {
            var head = Head(contents);
            return head != Head(contents[..2]) && head != Head(contents[1..]) && head != Head([.. contents, contents[0]])
                && (contents[0].AsSpan().SequenceEqual(contents[1]) || head != Head([contents[1], contents[0], contents[2]]));
        });

    [Fact]
    public void Everything_about_the_opening_is_in_the_first_hash()
    {
        WalletState[] others =
        [
            Opened with { WalletId = Guid.Empty },
            Opened with { Currency = Currency.Parse("NGN") },
            Opened with { OwnerId = null },
            Opened with { CreatedAt = Opened.CreatedAt.AddTicks(1) },
        ];
        Assert.All(others, other => Assert.NotEqual(HashChain.Begin(Opened), HashChain.Begin(other)));
    }

    [Fact]
    public void A_long_entry_is_hashed_as_a_whole()
    {
        var longOne = new byte[100_000];
        var hash = HashChain.Next(HashChain.Begin(Opened), longOne);
        longOne[^1] = 1;
        Assert.NotEqual(hash, HashChain.Next(HashChain.Begin(Opened), longOne));
    }

    [Fact]
    public void A_previous_hash_of_another_length_is_an_error() => Assert.Throws<ArgumentException>(() => HashChain.Next(new byte[31], []));

    private static string Head(IEnumerable<byte[]> contents) =>
        Convert.ToHexString(contents.Aggregate(HashChain.Begin(Opened), (hash, content) => HashChain.Next(hash, content)));
}
