using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Traffic;

/// <summary>What one client asks for next: a matter of chance, and of the holds it has open.</summary>
/// <param name="wallets">The first one is the hot one, the others are a ring.</param>
/// <param name="name">Part of every request id.</param>
/// <param name="random">The client's own.</param>
internal sealed class OperationMix(IReadOnlyList<Guid> wallets, string name, Random random)
{
    private const long OverdraftMinor = 10_000_000_000_000;

    private readonly Queue<Operation> _ends = new();
    private int _number;

    public Operation Next()
    {
        if (_ends.Count > 0 && random.Next(3) == 0)
        {
            return _ends.Dequeue();
        }

        var id = NextId();
        var hot = wallets[0];
        var place = random.Next(1, wallets.Count);
        var wallet = random.Next(4) == 0 ? hot : wallets[place];
        var neighbour = wallets[place == wallets.Count - 1 ? 1 : place + 1];
        var amount = random.Next(1, 50_000);
        return random.Next(22) switch
        {
            < 8 => new Operation(id, OperationKind.Deposit, wallet, amount),
            < 11 => new Operation(id, OperationKind.Withdraw, wallet, amount),
            < 12 => new Operation(id, OperationKind.Withdraw, wallet, OverdraftMinor),
            < 15 => new Operation(id, OperationKind.Transfer, wallets[place], amount) { ToWalletId = neighbour },
            < 17 => new Operation(id, OperationKind.Transfer, hot, amount) { ToWalletId = wallets[place] },
            < 19 => new Operation(id, OperationKind.Transfer, wallets[place], amount) { ToWalletId = hot },
            _ => new Operation(id, OperationKind.Hold, wallet, amount),
        };
    }

    /// <summary>
    /// A hold that was placed is captured in part or whole, or released, or left open; now and then it is ended twice, and
    /// the second end must be refused.
    /// </summary>
    public void Take(Operation operation, Reply reply)
    {
        if (operation.Kind is not OperationKind.Hold || reply is not Reply.Ok ok)
        {
            return;
        }

        var holdId = ok.Json.GetProperty("holdId").GetGuid();
        for (var ends = random.Next(5) switch { 0 => 0, 1 => 2, _ => 1 }; ends > 0; ends--)
        {
            _ends.Enqueue(random.Next(2) == 0
                ? operation with { RequestId = NextId(), Kind = OperationKind.Release, HoldId = holdId }
                : operation with { RequestId = NextId(), Kind = OperationKind.Capture, HoldId = holdId, AmountMinor = random.NextInt64(1, operation.AmountMinor + 1) });
        }
    }

    private string NextId() => $"chaos-{name}-{++_number}";
}
