namespace WalletGrains.Contracts.Wallets;

/// <summary>What became of a command: <see cref="Accepted"/>, <see cref="Refused"/> or <see cref="NotDecided"/>.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.WalletOutcome")]
public abstract record WalletOutcome
{
    private protected WalletOutcome()
    {
    }

    /// <summary>The command was accepted and its entry is durable.</summary>
    /// <param name="Entry">The entry.</param>
    /// <param name="Replayed">The request had been decided before; nothing happened now.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.WalletOutcome.Accepted")]
    public sealed record Accepted([property: Id(0)] Entry Entry, [property: Id(1)] bool Replayed) : WalletOutcome;

    /// <summary>The command was refused, and stays refused under its request id.</summary>
    /// <param name="Refusal">Why.</param>
    /// <param name="Replayed">The request had been decided before.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.WalletOutcome.Refused")]
    public sealed record Refused([property: Id(0)] WalletRefusal Refusal, [property: Id(1)] bool Replayed) : WalletOutcome;

    /// <summary>The command was not decided under this request id.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="OriginalEntryId">With <see cref="NotDecidedReason.RequestIdReused"/>: the entry the id belongs to, when it
    /// was accepted.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.WalletOutcome.NotDecided")]
    public sealed record NotDecided(
        [property: Id(0)] NotDecidedReason Reason,
        [property: Id(1)] Guid? OriginalEntryId = null) : WalletOutcome;
}

/// <summary>Why a wallet refuses a command. Checked in this order.</summary>
public enum WalletRefusal
{
    /// <summary>The amount is zero or negative.</summary>
    AmountNotPositive = 1,

    /// <summary>The wallet holds another currency.</summary>
    CurrencyMismatch = 2,

    /// <summary>The amount, or the balance it would make, is above <see cref="Limits.MaxAmountMinor"/>.</summary>
    AmountTooLarge = 3,

    /// <summary>The wallet is closed.</summary>
    WalletClosed = 4,

    /// <summary>The wallet is frozen.</summary>
    WalletFrozen = 5,

    /// <summary>The wallet cannot be unfrozen because it is not frozen.</summary>
    WalletNotFrozen = 6,

    /// <summary>The wallet cannot be closed because there is money in it.</summary>
    WalletNotEmpty = 7,

    /// <summary>The hold has ended, or the wallet never had it.</summary>
    HoldNotActive = 8,

    /// <summary>More is to be captured than is held.</summary>
    CaptureExceedsHold = 9,

    /// <summary>More is to be given back than is left of the transfer.</summary>
    ReversalExceedsOriginal = 10,

    /// <summary>The wallet's limits allow no such amount, or no further one for now.</summary>
    LimitExceeded = 11,

    /// <summary>Less than the amount is available.</summary>
    InsufficientFunds = 12,

    /// <summary>The wallet has <see cref="Limits.MaxOpenHolds"/> open holds already.</summary>
    TooManyHolds = 13,
}

/// <summary>Why a command was not decided.</summary>
public enum NotDecidedReason
{
    /// <summary>There is no wallet with this id.</summary>
    WalletNotFound = 1,

    /// <summary>The request id belongs to a request with other content.</summary>
    RequestIdReused = 2,

    /// <summary>Too many commands wait already; nothing happened. Try again later.</summary>
    Overloaded = 3,

    /// <summary>The store is away, or its clock and the silo's differ; nothing happened. Try again later.</summary>
    Unavailable = 4,

    /// <summary>It could not be learnt in time whether the command is durable. Ask again with the same request id.</summary>
    OutcomeUnknown = 5,
}
