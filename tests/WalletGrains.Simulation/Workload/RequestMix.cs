using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Workload;

/// <summary>Draws the requests of a run from its seed: new ones, repeats of earlier ones, and earlier ids with other content.</summary>
internal sealed class RequestMix(Random random, Accounts accounts)
{
    private const int RepeatPercent = 20;
    private const int ReusePercent = 4;

    private readonly List<Operation> _made = [];

    /// <summary>Every request, each once.</summary>
    public IReadOnlyList<Operation> Made => _made;

    public Operation Next()
    {
        var kind = _made.Count == 0 ? 100 : random.Next(100);
        if (kind < RepeatPercent)
        {
            return Earlier();
        }

        if (kind < RepeatPercent + ReusePercent)
        {
            return Earlier().WithOtherContent(random.Next(1, 50));
        }

        return Add(New());
    }

    public Operation Deposit(Guid wallet, long amount) =>
        Add(new Operation.ToWallet(wallet, new Deposit(NextId(), new Money(amount, accounts.CurrencyOf(wallet)), Words())));

    private Operation New()
    {
        var wallet = accounts.Any();
        var amount = Amount(wallet);
        return random.Next(100) switch
        {
            < 30 => new Operation.ToWallet(wallet, new Deposit(NextId(), amount, Words())),
            < 60 => new Operation.ToWallet(wallet, new Withdraw(NextId(), amount, Words())),
            _ => new Operation.Transfer(new StartTransfer(NextId(), wallet, accounts.ReceiverFor(wallet), amount, Words())),
        };
    }

    // Repeats are mostly of young requests: those that are still under way are the interesting ones.
    private Operation Earlier() =>
        _made[random.Next(2) == 0 ? random.Next(_made.Count) : Math.Max(0, _made.Count - 1 - random.Next(6))];

    private Money Amount(Guid wallet) => random.Next(100) switch
    {
        < 88 => new Money(random.Next(1, 1_500), accounts.CurrencyOf(wallet)),
        < 94 => new Money(random.Next(1_500, 20_000), accounts.CurrencyOf(wallet)),
        < 96 => new Money(random.Next(-1, 1), accounts.CurrencyOf(wallet)),
        < 98 => new Money(Limits.MaxAmountMinor + random.Next(2), accounts.CurrencyOf(wallet)),
        _ => new Money(random.Next(1, 100), Accounts.Abroad),
    };

    private string? Words() => random.Next(3) == 0 ? $"words {random.Next(10)}" : null;

    private RequestId NextId() => RequestId.FromClient($"r{_made.Count}");

    private Operation Add(Operation operation)
    {
        _made.Add(operation);
        return operation;
    }
}
