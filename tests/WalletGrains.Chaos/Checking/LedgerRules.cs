using System.Security.Cryptography;
using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Checking;

/// <summary>The books by themselves: every wallet is replayed, and the whole holds what came in from outside.</summary>
internal static class LedgerRules
{
    public static IEnumerable<Finding> Check(Evidence evidence)
    {
        var books = evidence.Books;
        var byWallet = books.Entries.ToLookup(entry => entry.WalletId);
        foreach (var head in books.Heads)
        {
            foreach (var finding in Replay(head, byWallet[head.WalletId]))
            {
                yield return finding;
            }
        }

        var heads = books.Heads.ToDictionary(head => head.WalletId);
        foreach (var shown in evidence.Shown.Where(shown => heads[shown.WalletId] != shown))
        {
            yield return new Finding(Fault.Drift, $"the product shows {shown}, the books say {heads[shown.WalletId]}");
        }

        var held = books.Heads.Sum(head => head.BalanceMinor);
        var told = evidence.Operations.Where(record => record.Operation.Kind is not OperationKind.Transfer && Happened(evidence, record))
            .Sum(record => record.Operation.SignedAmountMinor);
        if (held != told)
        {
            yield return new Finding(Fault.Drift, $"the wallets hold {held}, what came in less what went out is {told}");
        }
    }

    private static IEnumerable<Finding> Replay(BookHead head, IEnumerable<BookEntry> entries)
    {
        var (version, balance) = (0L, 0L);
        byte[]? hash = null;
        foreach (var entry in entries)
        {
            version++;
            balance += entry.AmountMinor;
            if (entry.Version != version || entry.BalanceAfterMinor != balance || balance < 0)
            {
                yield return new Finding(Fault.Drift, $"{entry}: is number {version} and makes {balance}");
                yield break;
            }

            // The first hash begins with the opening, which is no entry.
            if (hash is not null && !SHA256.HashData([.. hash, .. entry.Content]).AsSpan().SequenceEqual(entry.Hash))
            {
                yield return new Finding(Fault.Drift, $"{entry}: the hash chain is broken");
            }

            hash = entry.Hash;
        }

        if (head.Version != version || head.BalanceMinor != balance)
        {
            yield return new Finding(Fault.Drift, $"{head}: its {version} entries make {balance}");
        }
    }

    /// <summary>By what the client was told; for what nobody was told, by what was there when it was looked up.</summary>
    private static bool Happened(Evidence evidence, OperationRecord record) =>
        record.Definite is { } definite ? definite.Reply is Reply.Ok : evidence.Looked.EntriesOf(record.Operation).Any();
}
