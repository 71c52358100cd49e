using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Checking;

/// <summary>Money that leaves one wallet arrives in the other or comes back: once, and whole.</summary>
internal static class TransferRules
{
    public static IEnumerable<Finding> Check(Evidence evidence)
    {
        var entries = evidence.Books.Entries.ToDictionary(entry => entry.EntryId);
        var used = new HashSet<Guid>();
        foreach (var transfer in evidence.Books.Transfers)
        {
            Guid?[] ids = [transfer.DebitId, transfer.CreditId, transfer.RefundId];
            used.UnionWith(ids.OfType<Guid>());
            var isWhole = transfer.Step switch
            {
                TransferStep.Completed => Moved(transfer.DebitId, transfer.FromWalletId, -transfer.AmountMinor)
                    && Moved(transfer.CreditId, transfer.ToWalletId, transfer.AmountMinor) && transfer.RefundId is null,
                TransferStep.Compensated => Moved(transfer.DebitId, transfer.FromWalletId, -transfer.AmountMinor)
                    && Moved(transfer.RefundId, transfer.FromWalletId, transfer.AmountMinor) && transfer.CreditId is null,
                TransferStep.Failed => ids.All(id => id is null),
                _ => false,
            };
            if (!isWhole)
            {
                yield return new Finding(Fault.Drift, $"{transfer}: money is under way for ever, or its steps do not balance");
            }
        }

        foreach (var entry in evidence.Books.Entries)
        {
            if (entry.Type.StartsWith("TRANSFER", StringComparison.Ordinal) && !used.Contains(entry.EntryId))
            {
                yield return new Finding(Fault.Duplicated, $"{entry}: belongs to no transfer");
            }
        }

        foreach (var finding in CheckAcknowledged(evidence))
        {
            yield return finding;
        }

        bool Moved(Guid? id, Guid wallet, long amount) =>
            id is { } entryId && entries.TryGetValue(entryId, out var entry) && entry.WalletId == wallet && entry.AmountMinor == amount;
    }

    /// <summary>A transfer that was acknowledged is completed, under the id it was acknowledged with.</summary>
    private static IEnumerable<Finding> CheckAcknowledged(Evidence evidence)
    {
        var transfers = evidence.Books.Transfers.ToDictionary(transfer => transfer.TransferId);
        foreach (var record in evidence.Operations.Where(record => record.Operation.Kind is OperationKind.Transfer))
        {
            if (record.Definite?.Reply is not Reply.Ok ok)
            {
                continue;
            }

            var id = ok.Json.GetProperty("transferId").GetGuid();
            if (transfers.GetValueOrDefault(id) is not { Step: TransferStep.Completed } transfer
                || transfer.FromWalletId != record.Operation.WalletId || transfer.ToWalletId != record.Operation.ToWalletId
                || evidence.Books.EntriesOf(record.Operation).All(entry => entry.EntryId != transfer.DebitId))
            {
                yield return new Finding(Fault.Lost, $"{record}: acknowledged; the books have {transfers.GetValueOrDefault(id)?.ToString() ?? "no such transfer"}");
            }
        }
    }
}
