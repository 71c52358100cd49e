using System.Diagnostics;

namespace WalletGrains.Contracts.Bills;

/// <summary>The payment of a bill.</summary>
/// <param name="PaymentId">Its id, which the hold of its money has too.</param>
/// <param name="WalletId">The wallet that pays.</param>
/// <param name="OwnerId">Whose wallet it is; null when it belongs to none.</param>
/// <param name="BillerCode">Who is paid.</param>
/// <param name="CustomerReference">Whose bill it is, in the biller's words.</param>
/// <param name="Amount">How much.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="UpdatedAt">When it changed last.</param>
/// <param name="History">Its steps, the oldest first.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BillPayment")]
public sealed record BillPayment(
    [property: Id(0)] Guid PaymentId,
    [property: Id(1)] Guid WalletId,
    [property: Id(2)] Guid? OwnerId,
    [property: Id(3)] string BillerCode,
    [property: Id(4)] string CustomerReference,
    [property: Id(5)] Money Amount,
    [property: Id(6)] BillStatus Status,
    [property: Id(7)] DateTimeOffset CreatedAt,
    [property: Id(8)] DateTimeOffset UpdatedAt,
    [property: Id(9)] IReadOnlyList<BillStep> History)
{
    /// <summary>The name that belongs to the reference; null when the biller told none, and unless the wallet has held the money.</summary>
    [Id(10)]
    public string? CustomerName { get; init; }

    /// <summary>The biller's own name of the payment; null when it has said none.</summary>
    [Id(11)]
    public string? BillerReference { get; init; }

    /// <summary>What the customer got for it, such as the number that charges a prepaid meter; null when there is nothing.</summary>
    [Id(12)]
    public string? Token { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    [Id(13)]
    public BillFailure? Failure { get; init; }

    /// <summary>Since when the biller has been asked how it stands; null when it never had to be.</summary>
    [Id(14)]
    public DateTimeOffset? AwaitingSince { get; init; }

    /// <summary>Who decided what had become of it, when the biller did not say; null when it did.</summary>
    [Id(15)]
    public BillSettlement? Settlement { get; init; }

    /// <summary>What the biller has said against what had become of it; null when it agrees.</summary>
    [Id(16)]
    public BillDispute? Dispute { get; init; }
}

/// <summary>How far the payment of a bill has come.</summary>
public enum BillStatus
{
    /// <summary>The money is held, or about to be. The biller has not been called.</summary>
    Pending = 1,

    /// <summary>The biller was called, or is about to be.</summary>
    Processing = 2,

    /// <summary>Nobody knows whether the biller has the money. It is asked until it says so.</summary>
    Unknown = 3,

    /// <summary>The biller has the money.</summary>
    Completed = 4,

    /// <summary>The biller has not taken the money and will not. It is being given back.</summary>
    Reversing = 5,

    /// <summary>The money is available again.</summary>
    Reversed = 6,

    /// <summary>The wallet refused: no money was held.</summary>
    Failed = 7,
}

/// <summary>The names of how far a payment has come, as they are stored and shown.</summary>
public static class BillStatuses
{
    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<BillStatus>().Select(NameOf)];

    /// <summary>The status' name, for example PENDING.</summary>
    public static string NameOf(BillStatus status) => status switch
    {
        BillStatus.Pending => "PENDING",
        BillStatus.Processing => "PROCESSING",
        BillStatus.Unknown => "UNKNOWN",
        BillStatus.Completed => "COMPLETED",
        BillStatus.Reversing => "REVERSING",
        BillStatus.Reversed => "REVERSED",
        BillStatus.Failed => "FAILED",
        _ => throw new UnreachableException($"Bill status {status} has no name."),
    };

    /// <summary>The status with this name; null when there is none.</summary>
    public static BillStatus? Parse(string name) =>
        Enum.GetValues<BillStatus>().Cast<BillStatus?>().FirstOrDefault(status => NameOf(status!.Value) == name);
}

/// <summary>A step of a payment.</summary>
/// <param name="Status">How far it had come with it.</param>
/// <param name="At">When.</param>
/// <param name="Detail">What happened, for people; null where the status says it.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BillStep")]
public sealed record BillStep([property: Id(0)] BillStatus Status, [property: Id(1)] DateTimeOffset At, [property: Id(2)] string? Detail = null);

/// <summary>Why a payment failed.</summary>
/// <param name="Code">For programs: the biller's word, a wallet's refusal, or one of the names here.</param>
/// <param name="Reason">For people.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BillFailure")]
public sealed record BillFailure([property: Id(0)] string Code, [property: Id(1)] string Reason)
{
    /// <summary>The biller could not be called for too long, and certainly never was.</summary>
    public const string BillerUnavailable = "BILLER_UNAVAILABLE";

    /// <summary>An operator decided that the biller has not the money.</summary>
    public const string Settled = "SETTLED_BY_OPERATOR";
}

/// <summary>A decision about a payment whose biller did not say how it stands.</summary>
/// <param name="OperatorId">Who decided.</param>
/// <param name="Reason">On what evidence.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BillSettlement")]
public sealed record BillSettlement([property: Id(0)] Guid OperatorId, [property: Id(1)] string Reason);

/// <summary>A biller's word against what was decided about a payment. The decision stands; people have to sort it out.</summary>
/// <param name="At">When it was first heard.</param>
/// <param name="Said">What the biller said.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BillDispute")]
public sealed record BillDispute([property: Id(0)] DateTimeOffset At, [property: Id(1)] string Said);
