using System.Text.Json.Serialization;

namespace WalletGrains.Contracts.VirtualAccounts;

/// <summary>Compares the bank's statements with what is credited. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IBankReconciliationGrain")]
public interface IBankReconciliationGrain : IGrainWithIntegerKey
{
    /// <summary>Compares the statement of a day and keeps the result in place of the one before it.</summary>
    /// <param name="day">The day, UTC.</param>
    /// <param name="lines">The statement: each reference once, at most <see cref="BankReconciliation.MaxLines"/>.</param>
    /// <exception cref="UnavailableException">The store is away; the call may be repeated.</exception>
    [Alias("Compare")]
    Task<BankReconciliation> CompareAsync(DateOnly day, IReadOnlyList<StatementLine> lines);

    /// <summary>The newest comparison of a day's statement; null when there is none.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Find")]
    Task<BankReconciliation?> FindAsync(DateOnly day);

    /// <summary>Credits a payment that the kept comparison lists as missing here, uncredited or discarded, as if the bank had reported it.</summary>
    /// <param name="day">The day.</param>
    /// <param name="reference">The payment's reference.</param>
    /// <param name="reopen">Also when an operator has given it up.</param>
    /// <returns>What the inbox made of it; null when the comparison lists no such payment.</returns>
    /// <exception cref="UnavailableException">The store is away; the call may be repeated.</exception>
    [Alias("CreditMissing")]
    Task<BankCreditReceipt?> CreditMissingAsync(DateOnly day, string reference, bool reopen);
}

/// <summary>A payment as one side has it.</summary>
/// <param name="Reference">The bank's name of it.</param>
/// <param name="AccountNumber">The account that it was paid to.</param>
/// <param name="AmountMinor">How much, in minor units.</param>
/// <param name="Currency">Of which currency, by its code.</param>
/// <param name="OccurredAt">When it was paid.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.StatementLine")]
public sealed record StatementLine(
    [property: Id(0)] string Reference,
    [property: Id(1)] string AccountNumber,
    [property: Id(2)] long AmountMinor,
    [property: Id(3)] string Currency,
    [property: Id(4)] DateTimeOffset OccurredAt);

/// <summary>A payment that the two sides do not agree about.</summary>
/// <param name="Reference">The bank's name of it.</param>
/// <param name="Bank">What the statement says; null when it does not mention the payment.</param>
/// <param name="Here">What is stored here; null when nothing is.</param>
/// <param name="IsCredited">A wallet has it.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.StatementDifference")]
public sealed record StatementDifference(
    [property: Id(0)] string Reference,
    [property: Id(1)] StatementLine? Bank,
    [property: Id(2)] StatementLine? Here,
    [property: Id(3)] bool IsCredited);

/// <summary>How a day's statement compares with what is stored here.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="RanAt">When it was compared.</param>
/// <param name="Lines">Payments in the statement.</param>
/// <param name="Matched">Those that are the same here, and credited.</param>
/// <param name="MissingHere">Those that nothing is known of here.</param>
/// <param name="MissingThere">Payments that were made or reported on the day, are stored here and are not in the statement, nor in one of the <see cref="BankCredit.MaxDaysBetween"/> days before and behind it, as far as these were compared.</param>
/// <param name="Different">Those that are stored here with another account or amount.</param>
/// <param name="Uncredited">Those that are the same here and in no wallet: their jobs wait, or are dead letters. Null in a comparison of before they were listed.</param>
/// <param name="Discarded">Those that are the same here and that an operator has given up. Null like the others.</param>
/// <param name="OfOtherDays">References of the first <see cref="MaxListed"/> that matched and are stored here as made on another day, because their reports did not say
/// when: comparisons of the days on which they were reported look for them here. Null in a comparison of before they were kept.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BankReconciliation")]
public sealed record BankReconciliation(
    [property: Id(0)] DateOnly Day,
    [property: Id(1)] DateTimeOffset RanAt,
    [property: Id(2)] int Lines,
    [property: Id(3)] int Matched,
    [property: Id(5)] StatementDifferences MissingHere,
    [property: Id(6)] StatementDifferences MissingThere,
    [property: Id(7)] StatementDifferences Different,
    [property: Id(8), JsonPropertyName("notCredited")] StatementDifferences? Uncredited,
    [property: Id(9)] StatementDifferences? Discarded,
    [property: Id(10)] IReadOnlyList<string>? OfOtherDays)
{
    /// <summary>Lines of one statement. Some 4 MB of text; comparing them takes a few seconds.</summary>
    public const int MaxLines = 50_000;

    /// <summary>Differences of each kind that are kept; beyond it they are counted.</summary>
    public const int MaxListed = 1_000;
}

/// <summary>Differences of one kind.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Listed">The first of them.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.StatementDifferences")]
public sealed record StatementDifferences([property: Id(0)] int Count, [property: Id(1)] IReadOnlyList<StatementDifference> Listed)
{
    /// <summary>None.</summary>
    public static readonly StatementDifferences None = new(0, []);
}
