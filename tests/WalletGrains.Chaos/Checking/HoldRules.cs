using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Checking;

/// <summary>Held money: reserved once, ended once, and never more than the wallet has.</summary>
internal static class HoldRules
{
    public static IEnumerable<Finding> Check(Evidence evidence) =>
        CheckWallets(evidence.Books).Concat(CheckAcknowledged(evidence));

    private static IEnumerable<Finding> CheckWallets(Books books)
    {
        var holds = books.Holds.ToLookup(hold => hold.WalletId);
        var entries = books.Entries.ToLookup(entry => entry.WalletId);
        foreach (var head in books.Heads)
        {
            var held = holds[head.WalletId].Where(hold => hold.Step is HoldStep.Active).Sum(hold => hold.AmountMinor);
            if (head.HeldMinor != held || held > head.BalanceMinor)
            {
                yield return new Finding(Fault.Drift, $"{head}: its open holds are {held}");
            }

            var (placed, captured, released) = (Count("HOLD"), Count("CAPTURE"), Count("RELEASE"));
            var taken = -entries[head.WalletId].Where(entry => entry.Type == "CAPTURE").Sum(entry => entry.AmountMinor);
            if (placed != holds[head.WalletId].Count()
                || captured != holds[head.WalletId].Count(hold => hold.Step is HoldStep.Captured)
                || released != holds[head.WalletId].Count(hold => hold.Step is HoldStep.Released or HoldStep.Expired)
                || taken != holds[head.WalletId].Sum(hold => hold.CapturedMinor))
            {
                yield return new Finding(Fault.Drift, $"{head}: {placed} holds placed, {captured} captured of {taken}, {released} released are not its holds");
            }

            int Count(string type) => entries[head.WalletId].Count(entry => entry.Type == type);
        }
    }

    /// <summary>What was acknowledged about a hold is what became of it; so no hold ends twice, whatever clients were told.</summary>
    private static IEnumerable<Finding> CheckAcknowledged(Evidence evidence)
    {
        var holds = evidence.Books.Holds.ToDictionary(hold => hold.HoldId);
        foreach (var record in evidence.Operations)
        {
            if (record is not { Operation: { Kind: OperationKind.Hold or OperationKind.Capture or OperationKind.Release } operation, Definite.Reply: Reply.Ok { Json: var told } })
            {
                continue;
            }

            var hold = holds.GetValueOrDefault(told.GetProperty("holdId").GetGuid());
            var isAsTold = hold is not null && hold.WalletId == operation.WalletId && operation.Kind switch
            {
                OperationKind.Hold => hold.AmountMinor == operation.AmountMinor,
                OperationKind.Capture => hold is { Step: HoldStep.Captured } && hold.CapturedMinor == operation.AmountMinor,
                _ => hold is { Step: HoldStep.Released },
            };
            if (!isAsTold)
            {
                yield return new Finding(Fault.Lost, $"{record}: acknowledged; the books have {hold?.ToString() ?? "no such hold"}");
            }
        }
    }
}
