using WalletGrains.Contracts;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.Workload;

/// <summary>Draws the requests of a run from its seed: new ones, repeats of earlier ones, and earlier ids with other content.</summary>
internal sealed class RequestMix(Random random, Accounts accounts, Auditor auditor)
{
    private const int RepeatPercent = 20;
    private const int ReusePercent = 4;

    private readonly List<Operation> _made = [];
    private readonly Queue<Operation> _due = new();

    /// <summary>Every request, each once.</summary>
    public IReadOnlyList<Operation> Made => _made;

    public Operation Next()
    {
        if (random.Next(4) == 0 && _due.TryDequeue(out var due))
        {
            return due;
        }

        var kind = _made.Count == 0 ? 100 : random.Next(100);
        if (kind < RepeatPercent)
        {
            return Earlier();
        }

        return kind < RepeatPercent + ReusePercent ? Earlier().WithOtherContent(random.Next(1, 50)) : Add(New());
    }

    public Operation Deposit(Guid wallet, long amount) =>
        Add(new Operation.ToWallet(wallet, new Deposit(NextId(), new Money(amount, accounts.CurrencyOf(wallet)), Words())));

    private Operation New()
    {
        var wallet = accounts.Any();
        var amount = Amount(wallet);
        return random.Next(100) switch
        {
            < 22 => new Operation.ToWallet(wallet, new Deposit(NextId(), amount, Words(), More())),
            < 44 => new Operation.ToWallet(wallet, new Withdraw(NextId(), amount, Words(), More())),
            < 66 => new Operation.Transfer(new StartTransfer(NextId(), wallet, accounts.ReceiverFor(wallet), amount, Words(), More())),
            < 70 => Bulk(),
            < 78 => Hold(wallet, amount),
            < 90 when auditor.Holds.Count > 0 => EndHold(),
            < 94 when auditor.Transfers.Any() => Reverse(),
            < 96 => Freeze(wallet),
            < 98 => new Operation.ToWallet(accounts.Purse, new CloseWallet(NextId(), Words(), EvenFrozen: random.Next(2) == 0)),
            _ => Limit(wallet),
        };
    }

    private Operation.Bulk Bulk()
    {
        var legs = Enumerable.Range(0, random.Next(2, 6)).Select(_ =>
        {
            var payer = accounts.Ring[random.Next(accounts.Ring.Count)];
            return new BulkLeg(payer, accounts.ReceiverFor(payer), Amount(payer), Words());
        });
        return new Operation.Bulk(new StartBulk(accounts.Caller, NextId(), [.. legs]));
    }

    private Operation.ToWallet Hold(Guid wallet, Money amount)
    {
        var lasts = random.Next(2) == 0 ? (TimeSpan?)null : TimeSpan.FromSeconds(random.Next(1, 60));
        return new Operation.ToWallet(wallet, new PlaceHold(NextId(), amount, HoldId: default, lasts, Words()));
    }

    // Mostly a young one, and often one that somebody else is ending at the same time.
    private Operation.ToWallet EndHold()
    {
        var (wallet, holdId) = auditor.Holds[Math.Max(0, auditor.Holds.Count - 1 - random.Next(5))];
        return new Operation.ToWallet(wallet, random.Next(10) switch
        {
            < 4 => new CaptureHold(NextId(), holdId),
            < 7 => new CaptureHold(NextId(), holdId, Amount(wallet)),
            _ => new ReleaseHold(NextId(), holdId),
        });
    }

    private Operation.Reversal Reverse()
    {
        var transfers = auditor.Transfers.ToList();
        var original = transfers[Math.Max(0, transfers.Count - 1 - random.Next(8))];
        RequestId.TryFromReversal($"r{_made.Count}", out var requestId);
        var amount = random.Next(2) == 0 ? (Money?)null : new Money(random.NextInt64(1, original.Debit.Amount + 2), accounts.CurrencyOf(original.To));
        return new Operation.Reversal(original.To, new ReverseTransfer(requestId, original.TransferId, amount, Words()));
    }

    // Somebody lets the wallet move again before long, or the run would be over.
    private Operation.ToWallet Freeze(Guid wallet)
    {
        _due.Enqueue(Add(new Operation.ToWallet(wallet, new UnfreezeWallet(NextId(), Words()))));
        return new Operation.ToWallet(wallet, new FreezeWallet(NextId(), Words()));
    }

    private Operation.ToWallet Limit(Guid wallet) => new(wallet, new SetLimits(
        NextId(),
        new WalletLimits(
            random.Next(2) == 0 ? null : random.Next(500, 3_000),
            random.Next(2) == 0 ? null : random.Next(2_000, 50_000),
            random.Next(3) == 0 ? random.Next(5, 60) : null)));

    // Repeats are mostly of young requests: those that are still under way are the interesting ones.
    private Operation Earlier() =>
        _made[random.Next(2) == 0 ? random.Next(_made.Count) : Math.Max(0, _made.Count - 1 - random.Next(6))];

    private Money Amount(Guid wallet)
    {
        var currency = accounts.CurrencyOf(wallet);
        return random.Next(100) switch
        {
            _ when wallet == accounts.Purse => new Money(Accounts.PurseAmount, currency),
            < 88 => new Money(random.Next(1, 1_500), currency),
            < 94 => new Money(random.Next(1_500, 20_000), currency),
            < 96 => new Money(random.Next(-1, 1), currency),
            < 98 => new Money(Limits.MaxAmountMinor + random.Next(2), currency),
            _ => new Money(random.Next(1, 100), Accounts.Abroad),
        };
    }

    private string? Words() => random.Next(3) == 0 ? $"words {random.Next(10)}" : null;

    private Metadata? More()
    {
        Metadata? metadata = null;
        if (random.Next(6) == 0)
        {
            Metadata.TryCreate([KeyValuePair.Create("order", $"{random.Next(10)}")], out metadata);
        }

        return metadata;
    }

    private RequestId NextId() => RequestId.FromClient($"r{_made.Count}");

    private Operation Add(Operation operation)
    {
        _made.Add(operation);
        return operation;
    }
}
