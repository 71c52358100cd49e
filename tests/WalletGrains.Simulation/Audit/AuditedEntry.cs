using System.Globalization;
using System.Text.Json;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Audit;

/// <summary>A stored entry, read from its bytes by the auditor itself.</summary>
internal sealed record AuditedEntry(
    Guid WalletId,
    long Version,
    Guid EntryId,
    long BalanceBefore,
    long BalanceAfter,
    string CounterAccount,
    string RequestId,
    Guid? TransferId,
    DateTimeOffset CreatedAt,
    Content Content)
{
    public static AuditedEntry Read(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        var json = document.RootElement;
        var counter = json.GetProperty("counterAccount").GetString()!;
        return new AuditedEntry(
            json.GetProperty("walletId").GetGuid(),
            json.GetProperty("version").GetInt64(),
            json.GetProperty("entryId").GetGuid(),
            json.GetProperty("balanceBeforeMinor").GetInt64(),
            json.GetProperty("balanceAfterMinor").GetInt64(),
            counter,
            json.GetProperty("requestId").GetString()!,
            json.TryGetProperty("transferId", out var transfer) ? transfer.GetGuid() : null,
            DateTimeOffset.Parse(json.GetProperty("createdAt").GetString()!, CultureInfo.InvariantCulture),
            new Content(
                json.GetProperty("type").GetString()!,
                json.GetProperty("amountMinor").GetInt64(),
                json.GetProperty("currency").GetString()!,
                counter.StartsWith("wallet:", StringComparison.Ordinal) ? Guid.Parse(counter["wallet:".Length..]) : null,
                json.TryGetProperty("description", out var words) ? words.GetString() : null));
    }

    /// <summary>Whether an answer shows this entry and nothing else.</summary>
    public bool IsShownBy(Entry answer) =>
        answer.WalletId == WalletId
        && answer.Version == Version
        && answer.EntryId == EntryId
        && EntryTypes.NameOf(answer.Type) == Content.Type
        && answer.Amount.MinorUnits == Content.Amount
        && answer.Amount.Currency.Code == Content.Currency
        && answer.BalanceBeforeMinor == BalanceBefore
        && answer.BalanceAfterMinor == BalanceAfter
        && answer.CounterAccount == CounterAccount
        && answer.RequestId.Value == RequestId
        && answer.TransferId == TransferId
        && answer.Description == Content.Words
        && answer.CreatedAt == CreatedAt;
}
