using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;

namespace WalletGrains.Domain.Tests.Wallets;

/// <summary>A wallet in USD that a test moves command by command, with its history.</summary>
internal sealed class TestedWallet
{
    private int _requests;

    public TestedWallet(long balanceMinor = 0)
    {
        if (balanceMinor > 0)
        {
            Accept(new Deposit(NextId(), Usd(balanceMinor)));
        }
    }

    public static Guid Other { get; } = Guid.Parse("0197a2b3-0000-7000-8000-0000000000bb");

    public WalletState State { get; private set; } = WalletState.Opened(
        Guid.Parse("0197a2b3-0000-7000-8000-000000000001"), new OpenWallet(Currency.Parse("USD"), null), Samples.Now);

    public DateTimeOffset Now { get; set; } = Samples.Now;

    public List<Entry> Entries { get; } = [];

    public static Money Usd(long minor) => new(minor, Currency.Parse("USD"));

    public RequestId NextId() => RequestId.FromClient($"r{++_requests}");

    /// <summary>Decides a command; the refusal, or null when it is accepted and its entry made.</summary>
    public WalletRefusal? Refusal(WalletCommand command)
    {
        var decision = WalletDecider.Decide(command, State, NewId(1), Now);
        if (decision.Event is not { } happened)
        {
            return decision.Refusal;
        }

        var before = State;
        State = WalletDecider.Evolve(before, happened);
        Entries.Add(Postings.EntryOf(happened, before, State));
        return null;
    }

    public Entry Accept(WalletCommand command) =>
        Refusal(command) is { } refusal ? throw new InvalidOperationException($"{command} was refused: {refusal}.") : Entries[^1];

    public WalletRefusal? Withdraw(long minor) => Refusal(new Withdraw(NextId(), Usd(minor)));

    public Guid Hold(long minor, TimeSpan? duration = null) =>
        Accept(new PlaceHold(NextId(), Usd(minor), NewId(2), duration)).Hold!.HoldId;

    public WalletRefusal? Capture(Guid holdId, long? minor = null) =>
        Refusal(new CaptureHold(NextId(), holdId, minor is { } amount ? Usd(amount) : null));

    public WalletRefusal? Release(Guid holdId) => Refusal(new ReleaseHold(NextId(), holdId));

    public (long Balance, long Held, long Available) Money => (State.BalanceMinor, State.HeldMinor, State.AvailableMinor);

    /// <summary>The wallet as its entries alone tell it.</summary>
    public WalletState Folded()
    {
        var state = WalletState.Opened(State.WalletId, new OpenWallet(State.Currency, State.OwnerId), State.CreatedAt);
        return Entries.Aggregate(state, (folded, entry) => WalletDecider.Evolve(folded, Postings.EventOf(EntryContent.Decode(EntryContent.Encode(entry)))));
    }

    private Guid NewId(byte kind) => new(_requests, kind, (short)Entries.Count, new byte[8]);
}
