using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using WalletGrains.Api.Http;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Wallets;

/// <summary>Opens a wallet.</summary>
internal sealed record OpenWalletRequest
{
    /// <summary>Three capital letters of ISO 4217; USD when left out.</summary>
    public string? Currency { get; init; }

    /// <summary>The user it is for; services and operators only. Yourself when left out.</summary>
    public Guid? OwnerId { get; init; }
}

/// <summary>Pays money into a wallet.</summary>
internal sealed record FundRequest
{
    /// <summary>How much, in major units of the wallet's currency.</summary>
    [Required]
    public AmountText Amount { get; init; }

    /// <summary>The wallet.</summary>
    [Required]
    [JsonPropertyName("wallet_id")]
    public Guid? WalletId { get; init; }

    /// <summary>Names this request; a repeat is refused. 1 to 255 characters.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Words for the history, at most 500 characters.</summary>
    public string? Description { get; init; }

    /// <summary>What you attach for your own use; shown with the transaction.</summary>
    public MetadataObject Metadata { get; init; }
}

/// <summary>Pays money into or out of the wallet in the path.</summary>
internal sealed record BalanceChangeRequest
{
    /// <summary>How much, in major units of the wallet's currency.</summary>
    [Required]
    public AmountText Amount { get; init; }

    /// <summary>Names this request; a repeat is answered like the first one. 1 to 255 characters.</summary>
    public string? RequestId { get; init; }

    /// <summary>Words for the history, at most 500 characters.</summary>
    public string? Description { get; init; }

    /// <summary>What you attach for your own use; shown with the transaction.</summary>
    public MetadataObject Metadata { get; init; }
}

/// <summary>A deposit or withdrawal. A function of its entry alone, so that a repeat is answered byte for byte.</summary>
/// <param name="TransactionId">Its id.</param>
/// <param name="WalletId">The wallet.</param>
/// <param name="Type">FUND or WITHDRAW.</param>
/// <param name="Amount">How much, in major units.</param>
/// <param name="Balance">The balance after it.</param>
/// <param name="Version">The number of the wallet's entries with it.</param>
/// <param name="Status">COMPLETED: it is durable.</param>
/// <param name="CreatedAt">When it was decided.</param>
internal sealed record BalanceChangeResponse(
    Guid TransactionId,
    Guid WalletId,
    string Type,
    decimal Amount,
    decimal Balance,
    long Version,
    string Status,
    DateTimeOffset CreatedAt)
{
    public static BalanceChangeResponse Of(Entry entry) => new(
        entry.EntryId,
        entry.WalletId,
        EntryTypes.NameOf(entry.Type),
        entry.Amount.ToMajor(),
        Amounts.ToMajor(entry.BalanceAfterMinor, entry.Amount.Currency),
        entry.Version,
        TransactionResponse.Completed,
        entry.CreatedAt);
}

/// <summary>A wallet.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Currency">Its currency, by its code of ISO 4217.</param>
/// <param name="Balance">All that is in it, in major units.</param>
/// <param name="Held">The part of the balance that is held.</param>
/// <param name="Available">What can be spent: balance minus held.</param>
/// <param name="Status">OPEN, FROZEN or CLOSED.</param>
/// <param name="Version">Number of its entries.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="UpdatedAt">Time of its newest entry, or of the opening.</param>
internal sealed record WalletResponse(
    Guid Id,
    string Currency,
    decimal Balance,
    decimal Held,
    decimal Available,
    string Status,
    long Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static WalletResponse Of(Wallet wallet) => new(
        wallet.WalletId,
        wallet.Currency.Code,
        Amounts.ToMajor(wallet.BalanceMinor, wallet.Currency),
        Amounts.ToMajor(wallet.HeldMinor, wallet.Currency),
        Amounts.ToMajor(wallet.AvailableMinor, wallet.Currency),
        WalletStatuses.NameOf(wallet.Status),
        wallet.Version,
        wallet.CreatedAt,
        wallet.UpdatedAt);

    public static WalletResponse Of(PastWallet wallet) => new(
        wallet.WalletId,
        wallet.Currency.Code,
        Amounts.ToMajor(wallet.BalanceMinor, wallet.Currency),
        Amounts.ToMajor(wallet.HeldMinor, wallet.Currency),
        Amounts.ToMajor(wallet.BalanceMinor - wallet.HeldMinor, wallet.Currency),
        WalletStatuses.NameOf(wallet.Status),
        wallet.Version,
        wallet.CreatedAt,
        wallet.UpdatedAt);
}

/// <summary>A wallet with a page of its transactions, newest first.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Currency">Its currency, by its code of ISO 4217.</param>
/// <param name="Balance">All that is in it, in major units.</param>
/// <param name="Held">The part of the balance that is held.</param>
/// <param name="Available">What can be spent: balance minus held.</param>
/// <param name="Status">OPEN, FROZEN or CLOSED.</param>
/// <param name="Version">Number of its entries.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="UpdatedAt">Time of its newest entry, or of the opening.</param>
/// <param name="Transactions">The transactions, newest first.</param>
/// <param name="NextCursor">The parameter cursor of the next page; null on the last one.</param>
internal sealed record WalletWithTransactionsResponse(
    Guid Id,
    string Currency,
    decimal Balance,
    decimal Held,
    decimal Available,
    string Status,
    long Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IReadOnlyList<TransactionResponse> Transactions,
    string? NextCursor)
{
    public static WalletWithTransactionsResponse Of(Wallet wallet, HistoryResponse history)
    {
        var shown = WalletResponse.Of(wallet);
        return new(
            shown.Id,
            shown.Currency,
            shown.Balance,
            shown.Held,
            shown.Available,
            shown.Status,
            shown.Version,
            shown.CreatedAt,
            shown.UpdatedAt,
            history.Items,
            history.NextCursor);
    }
}

/// <summary>A transaction: one entry of a wallet's history.</summary>
/// <param name="Id">Its id.</param>
/// <param name="WalletId">The wallet.</param>
/// <param name="Type">FUND, WITHDRAW, TRANSFER_OUT, TRANSFER_IN, TRANSFER_REFUND, HOLD, CAPTURE or RELEASE.</param>
/// <param name="Amount">How much, in major units; never negative, the type gives the direction.</param>
/// <param name="BalanceBefore">The balance before it.</param>
/// <param name="BalanceAfter">The balance after it.</param>
/// <param name="Status">COMPLETED: it is durable.</param>
/// <param name="Description">The words it was requested with; null when there were none.</param>
/// <param name="CreatedAt">When it was decided.</param>
internal sealed record TransactionResponse(
    Guid Id,
    Guid WalletId,
    string Type,
    decimal Amount,
    decimal BalanceBefore,
    decimal BalanceAfter,
    string Status,
    string? Description,
    DateTimeOffset CreatedAt)
{
    /// <summary>What the caller attached; left out when there was nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The status of every entry: only what is durable has one.</summary>
    public const string Completed = "COMPLETED";

    public static TransactionResponse Of(Entry entry) => new(
        entry.EntryId,
        entry.WalletId,
        EntryTypes.NameOf(entry.Type),
        entry.Amount.ToMajor(),
        Amounts.ToMajor(entry.BalanceBeforeMinor, entry.Amount.Currency),
        Amounts.ToMajor(entry.BalanceAfterMinor, entry.Amount.Currency),
        Completed,
        entry.Description,
        entry.CreatedAt)
    {
        // Ordered: the pairs keep the order of their names.
        Metadata = entry.Metadata is { } metadata ? new OrderedDictionary<string, string>(metadata.Pairs) : null,
    };
}

/// <summary>A page of transactions, newest first.</summary>
/// <param name="Items">The transactions.</param>
/// <param name="NextCursor">The parameter cursor of the next page; null on the last one.</param>
internal sealed record HistoryResponse(IReadOnlyList<TransactionResponse> Items, string? NextCursor)
{
    public static HistoryResponse Of(Guid walletId, Page<Entry> page) => new(
        [.. page.Items.Select(TransactionResponse.Of)],
        page is { HasMore: true, Items: [.., var last] } ? Cursor.AfterEntry(walletId, last.Version) : null);
}
