using System.Globalization;
using System.Text.Json;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Audit;

/// <summary>A hold as an entry tells of it.</summary>
internal sealed record AuditedHold(Guid HoldId, long Amount, long Captured, string Status, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt);

/// <summary>A stored entry, read from its bytes by the auditor itself.</summary>
internal sealed record AuditedEntry(
    Guid WalletId,
    long Version,
    Guid EntryId,
    string Type,
    long Amount,
    string Currency,
    long BalanceBefore,
    long BalanceAfter,
    long HeldAfter,
    string StatusAfter,
    string CounterAccount,
    string RequestId,
    Guid? TransferId,
    Guid? Reverses,
    AuditedHold? Hold,
    string? Limits,
    string? Metadata,
    string? Words,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DebitedAt)
{
    /// <summary>What happened.</summary>
    public string Kind => (Type, Reverses, Hold?.Status) switch
    {
        (Kinds.TransferOut, not null, _) => Kinds.Reversal,
        (Kinds.TransferOut, null, not null) => Kinds.HeldTransferOut,
        (Kinds.Release, _, "EXPIRED") => Kinds.Expire,
        (Kinds.Fund, _, _) when RequestId.StartsWith(BankBooks.RequestPrefix, StringComparison.Ordinal) => Kinds.BankCredit,
        _ => Type,
    };

    /// <summary>The wallet on the other side; null when there is none.</summary>
    public Guid? Other => CounterAccount.StartsWith("wallet:", StringComparison.Ordinal) ? Guid.Parse(CounterAccount["wallet:".Length..]) : null;

    public static AuditedEntry Read(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        var json = document.RootElement;
        return new AuditedEntry(
            json.GetProperty("walletId").GetGuid(),
            json.GetProperty("version").GetInt64(),
            json.GetProperty("entryId").GetGuid(),
            json.GetProperty("type").GetString()!,
            json.GetProperty("amountMinor").GetInt64(),
            json.GetProperty("currency").GetString()!,
            json.GetProperty("balanceBeforeMinor").GetInt64(),
            json.GetProperty("balanceAfterMinor").GetInt64(),
            json.TryGetProperty("heldAfterMinor", out var held) ? held.GetInt64() : 0,
            json.TryGetProperty("statusAfter", out var status) ? status.GetString()! : "OPEN",
            json.GetProperty("counterAccount").GetString()!,
            json.GetProperty("requestId").GetString()!,
            json.TryGetProperty("transferId", out var transfer) ? transfer.GetGuid() : null,
            json.TryGetProperty("reversesTransferId", out var reverses) ? reverses.GetGuid() : null,
            json.TryGetProperty("hold", out var hold) ? ReadHold(hold) : null,
            json.TryGetProperty("limits", out var limits) ? ReadLimits(limits) : null,
            json.TryGetProperty("metadata", out var metadata) ? ReadMetadata(metadata) : null,
            json.TryGetProperty("description", out var words) ? words.GetString() : null,
            ReadTime(json, "createdAt")!.Value,
            ReadTime(json, "debitedAt"));
    }

    /// <summary>Whether this is what was asked for.</summary>
    public bool Answers(Content asked) =>
        Kind == asked.Kind
        && (asked.Amount ?? Amount) == Amount
        && (asked.Currency ?? Currency) == Currency
        && Words == asked.Words
        && asked.Subject == Subject
        && (asked.More == More || Kind == Kinds.Close);

    /// <summary>Whether an answer shows this entry and nothing else.</summary>
    public bool IsShownBy(Entry answer) =>
        answer.WalletId == WalletId
        && answer.Version == Version
        && answer.EntryId == EntryId
        && EntryTypes.NameOf(answer.Type) == Type
        && answer.Amount.MinorUnits == Amount
        && answer.Amount.Currency.Code == Currency
        && answer.BalanceBeforeMinor == BalanceBefore
        && answer.BalanceAfterMinor == BalanceAfter
        && answer.HeldAfterMinor == HeldAfter
        && WalletStatuses.NameOf(answer.StatusAfter) == StatusAfter
        && answer.CounterAccount == CounterAccount
        && answer.RequestId.Value == RequestId
        && answer.TransferId == TransferId
        && answer.ReversesTransferId == Reverses
        && ShownHold(answer.Hold) == Hold
        && Content.MetadataText(answer.Metadata?.Pairs) == Metadata
        && answer.Description == Words
        && answer.CreatedAt == CreatedAt
        && answer.DebitedAt == DebitedAt;

    public static AuditedHold? ShownHold(Hold? hold) => hold is null ? null : new AuditedHold(
        hold.HoldId, hold.Amount.MinorUnits, hold.CapturedMinor, HoldStatuses.NameOf(hold.Status), hold.ExpiresAt, hold.CreatedAt);

    private Guid? Subject => Kind switch
    {
        Kinds.TransferOut or Kinds.HeldTransferOut or Kinds.TransferIn or Kinds.TransferRefund => Other,
        Kinds.Reversal => Reverses,
        Kinds.Capture or Kinds.Release or Kinds.Expire or Kinds.BillPayment or Kinds.BillReversal => Hold?.HoldId,
        _ => null,
    };

    private string? More => Kind switch
    {
        Kinds.Hold => Content.LastsText(Hold?.ExpiresAt - Hold?.CreatedAt),
        Kinds.SetLimits => Limits,
        _ => Metadata,
    };

    private static AuditedHold ReadHold(JsonElement json) => new(
        json.GetProperty("holdId").GetGuid(),
        json.GetProperty("amountMinor").GetInt64(),
        json.GetProperty("capturedMinor").GetInt64(),
        json.GetProperty("status").GetString()!,
        ReadTime(json, "expiresAt"),
        ReadTime(json, "createdAt")!.Value);

    public static string ReadLimits(JsonElement json) =>
        Content.LimitsText(ReadNumber(json, "perTransactionMinor"), ReadNumber(json, "perDayMinor"), ReadNumber(json, "countPerMinute"));

    private static string ReadMetadata(JsonElement json) =>
        Content.MetadataText(json.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, member.Value.GetString()!)))!;

    private static long? ReadNumber(JsonElement json, string name) => json.TryGetProperty(name, out var number) ? number.GetInt64() : null;

    private static DateTimeOffset? ReadTime(JsonElement json, string name) =>
        json.TryGetProperty(name, out var time) ? DateTimeOffset.Parse(time.GetString()!, CultureInfo.InvariantCulture) : null;
}
