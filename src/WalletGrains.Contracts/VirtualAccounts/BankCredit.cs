using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Contracts.VirtualAccounts;

/// <summary>Where the product knows of a payment from.</summary>
public enum BankCreditSource
{
    /// <summary>The bank reported it.</summary>
    Webhook = 1,

    /// <summary>It was in the bank's statement, and an operator had it credited.</summary>
    Statement = 2,
}

/// <summary>A payment that the bank has received for a virtual account.</summary>
/// <param name="Reference">The bank's name of the payment, for ever: 1 to <see cref="MaxReferenceLength"/> characters.</param>
/// <param name="AccountNumber">The account that it was paid to.</param>
/// <param name="Amount">How much.</param>
/// <param name="SenderName">Who paid; null when the bank does not say.</param>
/// <param name="Narration">The payer's words; null when there are none.</param>
/// <param name="OccurredAt">When it was paid; null when the bank does not say. What a report says counts only within <see cref="MaxDaysBetween"/> days of its coming, by the time of the store.</param>
/// <param name="Source">Where the product knows of it from.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BankCredit")]
public sealed record BankCredit(
    [property: Id(0)] string Reference,
    [property: Id(1)] string AccountNumber,
    [property: Id(2)] Money Amount,
    [property: Id(3)] string? SenderName,
    [property: Id(4)] string? Narration,
    [property: Id(5)] DateTimeOffset? OccurredAt,
    [property: Id(6)] BankCreditSource Source)
{
    /// <summary>Characters of a reference. All of them as UTF-8, with the prefix of a request id, are below the store's 512 bytes.</summary>
    public const int MaxReferenceLength = 100;

    /// <summary>Days that may be between when a payment is made, as its report says, and when it is reported: a weekend with holidays around it, or an outage of the
    /// bank's. What is further away says nothing of the payment. A comparison reads the kept results of as many days before its own, and behind it.</summary>
    public const int MaxDaysBetween = 7;

    /// <summary>Digits of an account number.</summary>
    public const int AccountNumberLength = 10;

    /// <summary>Characters of a sender's name, and of a narration: together with what is between them they make a description.</summary>
    public const int MaxWordsLength = 200;
}

/// <summary>What became of a credit.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BankCreditOutcome")]
public abstract record BankCreditOutcome
{
    private BankCreditOutcome()
    {
    }

    /// <summary>The wallet has it, by this call or an earlier one.</summary>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BankCreditOutcome.Credited")]
    public sealed record Credited([property: Id(0)] Entry Entry) : BankCreditOutcome;

    /// <summary>No wallet has an account with this number. Nothing happened; it may have one later.</summary>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BankCreditOutcome.UnknownAccount")]
    public sealed record UnknownAccount : BankCreditOutcome;

    /// <summary>The wallet holds another currency. Nothing happened.</summary>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BankCreditOutcome.WrongCurrency")]
    public sealed record WrongCurrency([property: Id(0)] Currency WalletCurrency) : BankCreditOutcome;

    /// <summary>It is not known to be credited; ask again.</summary>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BankCreditOutcome.NotDecided")]
    public sealed record NotDecided([property: Id(0)] NotDecidedReason Reason) : BankCreditOutcome;
}

/// <summary>What the inbox makes of a report.</summary>
public enum BankCreditReceipt
{
    /// <summary>It is stored, and will be credited.</summary>
    New = 1,

    /// <summary>It was stored before; nothing happens.</summary>
    Known = 2,

    /// <summary>Its reference was stored before with another account, amount or currency; nothing happens, and operators are told.</summary>
    Contradicting = 3,

    /// <summary>An operator has given it up; nothing happens.</summary>
    Closed = 4,
}

/// <summary>Takes what the bank reports. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IBankInboxGrain")]
public interface IBankInboxGrain : IGrainWithIntegerKey
{
    /// <summary>Stores a payment and has it credited. When it returns, the payment is durable.</summary>
    /// <exception cref="UnavailableException">The store is away; the call may be repeated.</exception>
    [Alias("Receive")]
    Task<BankCreditReceipt> ReceiveAsync(BankCredit credit);

    /// <summary>The same for an operator who wants it credited: a dead letter of it is tried anew.</summary>
    /// <param name="credit">The payment.</param>
    /// <param name="reopen">Also when it was given up.</param>
    /// <exception cref="UnavailableException">The store is away; the call may be repeated.</exception>
    [Alias("Credit")]
    Task<BankCreditReceipt> CreditAsync(BankCredit credit, bool reopen);
}
