using WalletGrains.Contracts.Bills;

namespace WalletGrains.Domain.Bills;

/// <summary>What happened to a payment. The kinds below are all there are.</summary>
/// <param name="At">When.</param>
public abstract record BillEvent(DateTimeOffset At)
{
    /// <summary>The number of the call that is not under way any more; null for none.</summary>
    public int? EndedCall { get; init; }

    /// <summary>The wallet refused to hold the money.</summary>
    public sealed record Refused(DateTimeOffset At, BillFailure Failure) : BillEvent(At);

    /// <summary>A call of the biller was begun: from now on it may have the payment, until the call is known to have done nothing.</summary>
    public sealed record Called(DateTimeOffset At) : BillEvent(At);

    /// <summary>A call certainly did nothing.</summary>
    public sealed record CallUndone(DateTimeOffset At) : BillEvent(At);

    /// <summary>A call has ended, and nobody knows what it did.</summary>
    public sealed record CallEnded(DateTimeOffset At) : BillEvent(At);

    /// <summary>The biller has to be asked how it stands.</summary>
    public sealed record Lost(DateTimeOffset At) : BillEvent(At);

    /// <summary>The biller is at it, and has to be asked how it stands.</summary>
    public sealed record Taken(DateTimeOffset At, string? BillerReference) : BillEvent(At);

    /// <summary>It is decided that the money leaves.</summary>
    public sealed record Confirmed(DateTimeOffset At, string? BillerReference, string? Token, BillSettlement? Settlement) : BillEvent(At);

    /// <summary>It is decided that the money is given back.</summary>
    public sealed record Rejected(DateTimeOffset At, BillFailure Failure, BillSettlement? Settlement) : BillEvent(At);

    /// <summary>The money has left.</summary>
    public sealed record Completed(DateTimeOffset At) : BillEvent(At);

    /// <summary>The biller has said what contradicts the decision.</summary>
    public sealed record Disputed(DateTimeOffset At, string Said) : BillEvent(At);

    /// <summary>The money is available again.</summary>
    public sealed record Reversed(DateTimeOffset At) : BillEvent(At);
}
