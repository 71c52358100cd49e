using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using WalletGrains.Api.Http;
using WalletGrains.Contracts.VirtualAccounts;

namespace WalletGrains.Api.VirtualAccounts;

/// <summary>Asks to credit a payment that is in no wallet.</summary>
internal sealed record CreditMissingRequest
{
    /// <summary>The day of the statement, such as 2026-01-31.</summary>
    [Required]
    public string? Date { get; init; }

    /// <summary>The payment's reference.</summary>
    [Required]
    public string? Reference { get; init; }

    /// <summary>Whether it is to be credited although an operator has discarded it; false when it is left out.</summary>
    public bool? Reopen { get; init; }
}

/// <summary>How a day's statement of the bank compares with what is stored here.</summary>
/// <param name="Date">The day, UTC.</param>
/// <param name="RanAt">When it was compared.</param>
/// <param name="Ok">Every payment is the same on both sides, and credited or given up by an operator.</param>
/// <param name="Lines">Payments in the statement.</param>
/// <param name="Matched">Those that are the same here, and credited.</param>
/// <param name="MissingHere">Those that nothing is known of here; POST /ops/reconciliation/bank/credit credits one.</param>
/// <param name="MissingThere">Payments that were made or reported on the day, are stored here and are not in the statement, nor in one of the seven days before and behind it, as far as these were compared.</param>
/// <param name="Different">Those that are stored here with another account, amount or currency.</param>
/// <param name="Uncredited">Those that are the same here and in no wallet: their jobs wait, or are dead letters.</param>
/// <param name="Discarded">Those that are the same here and whose dead letters an operator has discarded.</param>
internal sealed record BankReconciliationResponse(
    string Date,
    DateTimeOffset RanAt,
    bool Ok,
    int Lines,
    int Matched,
    StatementDifferencesResponse MissingHere,
    StatementDifferencesResponse MissingThere,
    StatementDifferencesResponse Different,
    StatementDifferencesResponse Uncredited,
    StatementDifferencesResponse Discarded)
{
    public static BankReconciliationResponse Of(BankReconciliation result) => new(
        result.Day.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        result.RanAt,
        result.Matched + (result.Discarded?.Count ?? 0) == result.Lines && result.MissingThere.Count == 0,
        result.Lines,
        result.Matched,
        StatementDifferencesResponse.Of(result.MissingHere),
        StatementDifferencesResponse.Of(result.MissingThere),
        StatementDifferencesResponse.Of(result.Different),
        StatementDifferencesResponse.Of(result.Uncredited ?? StatementDifferences.None),
        StatementDifferencesResponse.Of(result.Discarded ?? StatementDifferences.None));
}

/// <summary>Payments that the two sides do not agree about.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Items">The first thousand of them.</param>
internal sealed record StatementDifferencesResponse(int Count, IReadOnlyList<StatementDifferenceResponse> Items)
{
    public static StatementDifferencesResponse Of(StatementDifferences differences) =>
        new(differences.Count, [.. differences.Listed.Select(StatementDifferenceResponse.Of)]);
}

/// <summary>A payment that the two sides do not agree about.</summary>
/// <param name="Reference">The bank's name of it.</param>
/// <param name="Credited">A wallet has it.</param>
internal sealed record StatementDifferenceResponse(string Reference, bool Credited)
{
    /// <summary>What the statement says; left out when it does not mention the payment.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StatementLineResponse? Bank { get; init; }

    /// <summary>What is stored here; left out when nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StatementLineResponse? Here { get; init; }

    public static StatementDifferenceResponse Of(StatementDifference difference) => new(difference.Reference, difference.IsCredited)
    {
        Bank = difference.Bank is { } bank ? StatementLineResponse.Of(bank) : null,
        Here = difference.Here is { } here ? StatementLineResponse.Of(here) : null,
    };
}

/// <summary>A payment as one side has it.</summary>
/// <param name="AccountNumber">The account that it was paid to.</param>
/// <param name="Amount">How much, in major units.</param>
/// <param name="Currency">Its currency, by its code of ISO 4217.</param>
/// <param name="OccurredAt">When it was paid.</param>
internal sealed record StatementLineResponse(string AccountNumber, decimal Amount, string Currency, DateTimeOffset OccurredAt)
{
    public static StatementLineResponse Of(StatementLine line) =>
        new(line.AccountNumber, Amounts.ToMajor(line.AmountMinor, Contracts.Currency.Parse(line.Currency)), line.Currency, line.OccurredAt);
}
