using System.Text;
using System.Text.Json.Nodes;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

/// <summary>What the check says of entries that somebody wrote who cannot make true ones, but can hash whatever they write.</summary>
public sealed class HistoryCheckTests
{
    private static readonly string[] Hostile =
        ["null", "true", "-1", "0", "1.5", "9223372036854775807", "-9223372036854775808", "1e400", "\"\"", "\"x\"", "\"\\ud800\"", "[]", "[null]", "{}", "{\"a\":null}"];

    [Fact]
    public void A_true_history_has_no_fault()
    {
        var (wallet, contents) = History();
        Assert.Null(CheckOf(wallet, contents));
    }

    [Fact]
    public void Null_in_any_member_of_an_entry_is_a_fault_of_that_entry()
    {
        var (wallet, contents) = History();
        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (version, member, content) in Falsified(contents, "null"))
        {
            members.Add(member);
            var fault = CheckOf(wallet, With(contents, version, content));
            Assert.True(fault?.Version == version, $"{member} of version {version} is null: {fault}");
        }

        // Every member that there is was tried.
        Assert.Equal(
            [
                "amountMinor", "balanceAfterMinor", "balanceBeforeMinor", "counterAccount", "createdAt", "currency", "debitedAt", "description", "entryId",
                "heldAfterMinor", "hold", "hold.amountMinor", "hold.capturedMinor", "hold.createdAt", "hold.expiresAt", "hold.holdId", "hold.status",
                "limits", "limits.countPerMinute", "limits.perDayMinor", "limits.perTransactionMinor", "metadata", "metadata.order", "requestId",
                "reversesTransferId", "statusAfter", "transferId", "type", "version", "walletId",
            ],
            members.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Whatever_is_in_an_entry_the_check_goes_on()
    {
        var (wallet, contents) = History();
        foreach (var (version, _, content) in Hostile.SelectMany(value => Falsified(contents, value)))
        {
            CheckOf(wallet, With(contents, version, content));
        }
    }

    /// <summary>A wallet that has had every member that an entry can have.</summary>
    private static (TestedWallet Wallet, List<byte[]> Contents) History()
    {
        Assert.True(Metadata.TryCreate([new("order", "17")], out var metadata));
        var wallet = new TestedWallet();
        wallet.Accept(new Deposit(wallet.NextId(), TestedWallet.Usd(10_000), "words", metadata));
        wallet.Accept(new SetLimits(wallet.NextId(), new WalletLimits(9_000, 90_000, 100)));
        wallet.Capture(wallet.Hold(100, TimeSpan.FromDays(1)), 60);
        var transferId = Guid.Parse("0197a2b3-0000-7000-8000-0000000000aa");
        var debit = wallet.Accept(new DebitTransfer(wallet.NextId(), TestedWallet.Usd(500), transferId, TestedWallet.Other));
        wallet.Accept(new RefundTransfer(TestedWallet.Usd(500), transferId, TestedWallet.Other, WalletRefusal.WalletClosed, debit.CreatedAt));
        var received = Guid.Parse("0197a2b3-0000-7000-8000-0000000000ab");
        wallet.Accept(new CreditTransfer(TestedWallet.Usd(70), received, TestedWallet.Other));
        wallet.Accept(new DebitReversal(wallet.NextId(), TestedWallet.Usd(70), Guid.Parse("0197a2b3-0000-7000-8000-0000000000ac"), TestedWallet.Other, received, 70, false));
        wallet.Accept(new FreezeWallet(wallet.NextId()));
        return (wallet, [.. wallet.Entries.Select(EntryContent.Encode)]);
    }

    /// <summary>Every entry with one member replaced, one after another.</summary>
    private static IEnumerable<(int Version, string Member, byte[] Content)> Falsified(List<byte[]> contents, string value)
    {
        for (var version = 1; version <= contents.Count; version++)
        {
            var text = Encoding.UTF8.GetString(contents[version - 1]);
            foreach (var (path, json) in Members("", text))
            {
                yield return (version, path, Encoding.UTF8.GetBytes(json(value)));
            }
        }
    }

    /// <summary>The members of an object and of those in it, each with the text of all of it with another value there.</summary>
    private static IEnumerable<(string Path, Func<string, string> Replaced)> Members(string path, string text)
    {
        foreach (var (name, member) in JsonNode.Parse(text)!.AsObject())
        {
            // The number 1e400 and half a surrogate pair are texts that the nodes cannot hold.
            const string mark = "\"\\u0001here\"";
            var marked = JsonNode.Parse(text)!.AsObject();
            marked[name] = JsonNode.Parse(mark);
            string Replaced(string value) => marked.ToJsonString().Replace(mark, value, StringComparison.Ordinal);
            yield return (path + name, Replaced);
            if (member is JsonObject inner)
            {
                foreach (var (innerPath, innerReplaced) in Members($"{path}{name}.", inner.ToJsonString()))
                {
                    yield return (innerPath, value => Replaced(innerReplaced(value)));
                }
            }
        }
    }

    private static List<byte[]> With(List<byte[]> contents, int version, byte[] content) => [.. contents[..(version - 1)], content, .. contents[version..]];

    /// <summary>Checks these contents in a chain that is whole, with columns that say the same, as far as they can be made to.</summary>
    private static HistoryFault? CheckOf(TestedWallet wallet, List<byte[]> contents)
    {
        var check = new HistoryCheck(wallet.State);
        var hash = HashChain.Begin(wallet.State);
        for (var i = 0; i < contents.Count; i++)
        {
            hash = HashChain.Next(hash, contents[i]);
            var entry = EntryOf(contents[i]) ?? wallet.Entries[i];
            check.Take(new StoredEntry(
                wallet.State.WalletId, i + 1, entry.EntryId, entry.RequestId.Value, EntryTypes.NameOf(entry.Type),
                unchecked(entry.BalanceAfterMinor - entry.BalanceBeforeMinor), entry.BalanceAfterMinor, entry.CounterAccount, entry.CreatedAt, contents[i], hash));
        }

        return check.End(wallet.State, hash);
    }

    private static Entry? EntryOf(byte[] content)
    {
        try
        {
            return EntryContent.Decode(content);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
