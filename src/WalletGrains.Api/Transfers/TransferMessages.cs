using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Transfers;

/// <summary>Moves money between two wallets (family 1).</summary>
internal sealed record SendTransferRequest
{
    /// <summary>The wallet that receives it.</summary>
    [Required]
    public Guid? ReceiverWalletId { get; init; }

    /// <summary>The wallet it is taken from.</summary>
    [Required]
    public Guid? SenderWalletId { get; init; }

    /// <summary>How much, in major units of the currency of both wallets.</summary>
    [Required]
    public AmountText Amount { get; init; }

    /// <summary>Names this request; a repeat is refused. 1 to 255 characters.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Words for both histories, at most 500 characters.</summary>
    public string? Description { get; init; }

    /// <summary>What you attach for your own use; shown with both transactions.</summary>
    public MetadataObject Metadata { get; init; }
}

/// <summary>Both wallets after a transfer.</summary>
/// <param name="Sender">The wallet it was taken from.</param>
/// <param name="Receiver">The wallet that received it.</param>
/// <param name="TransferId">The transfer.</param>
/// <param name="Status">COMPLETED: the receiver is credited.</param>
internal sealed record SendTransferResponse(WalletResponse Sender, ReceiverResponse Receiver, Guid TransferId, string Status);

/// <summary>The wallet that received a transfer. Whoever may not see into it learns its id, currency and status only.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Currency">Its currency, by its code of ISO 4217.</param>
/// <param name="Status">OPEN, FROZEN or CLOSED.</param>
internal sealed record ReceiverResponse(Guid Id, string Currency, string Status)
{
    /// <summary>Its balance; left out for others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Balance { get; init; }

    /// <summary>The held part of the balance; left out for others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Held { get; init; }

    /// <summary>What can be spent; left out for others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Available { get; init; }

    /// <summary>Number of its entries; left out for others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Version { get; init; }

    /// <summary>When it was opened; left out for others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Time of its newest entry; left out for others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? UpdatedAt { get; init; }

    public static ReceiverResponse Of(Wallet wallet, bool visible)
    {
        var shown = WalletResponse.Of(wallet);
        var receiver = new ReceiverResponse(shown.Id, shown.Currency, shown.Status);
        return visible
            ? receiver with
            {
                Balance = shown.Balance,
                Held = shown.Held,
                Available = shown.Available,
                Version = shown.Version,
                CreatedAt = shown.CreatedAt,
                UpdatedAt = shown.UpdatedAt,
            }
            : receiver;
    }
}

/// <summary>Moves money from the wallet in the path (family 2).</summary>
internal sealed record WalletTransferRequest
{
    /// <summary>The wallet that receives it.</summary>
    [Required]
    public Guid? ToWalletId { get; init; }

    /// <summary>How much, in major units of the currency of both wallets.</summary>
    [Required]
    public AmountText Amount { get; init; }

    /// <summary>Names this request; a repeat is answered like the first one. 1 to 255 characters.</summary>
    public string? RequestId { get; init; }

    /// <summary>Words for both histories, at most 500 characters.</summary>
    public string? Description { get; init; }

    /// <summary>What you attach for your own use; shown with both transactions.</summary>
    public MetadataObject Metadata { get; init; }
}

/// <summary>A transfer. A function of the payer's entry alone, so that a repeat is answered byte for byte.</summary>
/// <param name="TransferId">Its id.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="FromWalletId">The payer.</param>
/// <param name="ToWalletId">The receiver.</param>
/// <param name="Amount">How much.</param>
/// <param name="Balance">The payer's balance after it.</param>
/// <param name="CreatedAt">When the payer was debited.</param>
internal sealed record WalletTransferResponse(
    Guid TransferId,
    string Status,
    Guid FromWalletId,
    Guid ToWalletId,
    decimal Amount,
    decimal Balance,
    DateTimeOffset CreatedAt)
{
    public static WalletTransferResponse Of(TransferOutcome.Completed completed, Guid toWalletId) => new(
        completed.TransferId,
        TransferResponse.Name(TransferStatus.Completed),
        completed.Debit.WalletId,
        toWalletId,
        completed.Debit.Amount.ToMajor(),
        Amounts.ToMajor(completed.Debit.BalanceAfterMinor, completed.Debit.Amount.Currency),
        completed.Debit.CreatedAt);
}

/// <summary>How far a transfer has come.</summary>
/// <param name="TransferId">Its id.</param>
/// <param name="Status">INITIATED, DEBITED, COMPLETED, COMPENSATED (the payer has the money back) or FAILED (nothing moved).</param>
/// <param name="Steps">What happened, oldest first.</param>
internal sealed record TransferResponse(Guid TransferId, string Status, IReadOnlyList<TransferStepResponse> Steps)
{
    /// <summary>The code of the refusal that ended it; left out for one that was not refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FailureCode { get; init; }

    /// <summary>The transfer that it gives back; left out for one that is no reversal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? ReversesTransferId { get; init; }

    public static TransferResponse Of(Transfer transfer) => new(
        transfer.TransferId,
        Name(transfer.Status),
        [.. transfer.Steps.Select(step => new TransferStepResponse(EntryTypes.NameOf(step.Type), step.WalletId, step.EntryId, step.At))])
    {
        FailureCode = transfer.Failure is { } failure ? Refusals.Of(failure).Kind.Code : null,
        ReversesTransferId = transfer.ReversesTransferId,
    };

    public static string Name(TransferStatus status) => status switch
    {
        TransferStatus.Debited => "DEBITED",
        TransferStatus.Completed => "COMPLETED",
        TransferStatus.Compensated => "COMPENSATED",
        TransferStatus.Failed => "FAILED",
        _ => throw new InvalidOperationException($"Unknown transfer status {status}."),
    };
}

/// <summary>One durable step of a transfer.</summary>
/// <param name="Type">What moved.</param>
/// <param name="WalletId">The wallet it moved in.</param>
/// <param name="TransactionId">The wallet's transaction.</param>
/// <param name="At">When.</param>
internal sealed record TransferStepResponse(string Type, Guid WalletId, Guid TransactionId, DateTimeOffset At);
