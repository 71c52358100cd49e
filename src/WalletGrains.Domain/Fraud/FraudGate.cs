using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;

namespace WalletGrains.Domain.Fraud;

/// <summary>
/// What a wallet refuses because it looks like fraud. It is asked within the wallet's turn about what the wallet's own rules accept, and
/// looks at the event and at what left lately, in flight or durable: so the same request on the same wallet is decided the same.
/// </summary>
/// <param name="large">What is too much at a time; null for nothing.</param>
/// <param name="frequency">What is too often; null for nothing.</param>
public sealed class FraudGate(LargeAmountRule? large, FrequencyRule? frequency)
{
    private readonly IFraudRule[] _counting = frequency is null ? [] : [frequency];

    /// <summary>Refuses nothing.</summary>
    public static FraudGate Open { get; } = new(null, null);

    /// <summary>Whether it asks what left lately; otherwise none of it is kept or read.</summary>
    public bool Counts => frequency is not null;

    /// <summary>How far back it asks for what left.</summary>
    public TimeSpan Window => frequency?.Window ?? TimeSpan.Zero;

    /// <summary>How many of the newest it asks for: one more and the next is refused.</summary>
    public int Reach => frequency is null ? 0 : frequency.Reach - 1;

    /// <summary>The names of all types whose entries it may count.</summary>
    public IReadOnlyList<string> CountedTypes { get; } = [.. EntryTypes.Transactions.Where(type => MayCount(frequency, type)).Select(EntryTypes.NameOf)];

    /// <summary>Whether it refuses what the wallet would accept. What was begun comes to its end, and money that comes back is taken.</summary>
    /// <param name="happened">What the wallet would accept.</param>
    /// <param name="before">The wallet before it.</param>
    /// <param name="lately">What left before it, see <see cref="After"/>.</param>
    public bool Refuses(WalletEvent happened, WalletState before, Withdrawals lately) =>
        (large is not null || frequency is not null)
        && BegunType(happened) is { } type
        && (IsTooMuch(type, happened.AmountMinor, before) || IsTooOften(happened, before, lately));

    /// <summary>What left lately, with an event: as much of it as this gate asks for.</summary>
    /// <param name="lately">The same before the event.</param>
    /// <param name="happened">The event.</param>
    /// <param name="version">The version of its entry.</param>
    public Withdrawals After(Withdrawals lately, WalletEvent happened, long version) =>
        Seen(happened, version) is { } seen ? lately.With(seen).Keep(_counting) : lately;

    /// <summary>
    /// An event as it counts; null for one that does not. What is begun and ended in two steps counts with the first, which is the one that can be
    /// refused, also when it comes to nothing. Money that an operator gives back is nothing that the owner withdraws.
    /// </summary>
    public Withdrawal? Seen(WalletEvent happened, long version)
    {
        if (frequency is null || happened is WalletEvent.HeldTransferDebited or WalletEvent.BillPaid or WalletEvent.ReversalDebited)
        {
            return null;
        }

        var type = EntryTypes.NameOf(BegunType(happened) ?? Postings.TypeOf(happened));
        return frequency.Concerns(type) ? new Withdrawal(version, happened.EntryId, type, happened.AmountMinor, happened.At) : null;
    }

    private bool IsTooMuch(EntryType type, long amountMinor, WalletState before) =>
        large is not null && large.Concerns(EntryTypes.NameOf(type)) && large.IsLarge(amountMinor, before.Currency);

    private bool IsTooOften(WalletEvent happened, WalletState before, Withdrawals lately)
    {
        if (frequency is null || Seen(happened, before.Version + 1) is not { } seen)
        {
            return false;
        }

        var with = lately.With(seen).Ordered;
        return frequency.Find(with, with.Count - 1, before.Currency) is not null;
    }

    private static bool MayCount(FrequencyRule? rule, EntryType type) => rule is not null && type switch
    {
        EntryType.BillPayment => false,
        EntryType.Hold => rule.Concerns(EntryTypes.NameOf(EntryType.Hold))
            || rule.Concerns(EntryTypes.NameOf(EntryType.TransferOut))
            || rule.Concerns(EntryTypes.NameOf(EntryType.BillPayment)),
        _ => rule.Concerns(EntryTypes.NameOf(type)),
    };

    /// <summary>What it is that an event begins; null where nothing leaves, or what was begun before.</summary>
    private static EntryType? BegunType(WalletEvent happened) => happened switch
    {
        WalletEvent.Withdrawn => EntryType.Withdraw,
        WalletEvent.TransferDebited => EntryType.TransferOut,

        // The debit of a leg comes when its bulk is decided, and a bill's when the biller has the money: then nothing is refused any more.
        WalletEvent.HoldPlaced { RequestId.IsOfBulk: true } => EntryType.TransferOut,
        WalletEvent.HoldPlaced { RequestId.IsOfBill: true } => EntryType.BillPayment,
        WalletEvent.HoldPlaced => EntryType.Hold,
        _ => null,
    };
}
