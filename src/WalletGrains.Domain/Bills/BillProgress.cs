using System.Collections.Immutable;
using System.Diagnostics;
using WalletGrains.Contracts.Bills;

namespace WalletGrains.Domain.Bills;

/// <summary>How far a payment has come, with what its status does not tell.</summary>
public enum BillPhase
{
    /// <summary>Nothing is known to be held, and nothing was sent.</summary>
    Pending = 1,

    /// <summary>The money is held, and the biller may have been called.</summary>
    Processing = 2,

    /// <summary>The biller may have the money.</summary>
    Unknown = 3,

    /// <summary>Decided: the biller has the money. It is to leave the wallet.</summary>
    Completing = 4,

    /// <summary>It has left the wallet.</summary>
    Completed = 5,

    /// <summary>Decided: the biller has not the money and never will. It is to be given back.</summary>
    Reversing = 6,

    /// <summary>It is available again.</summary>
    Reversed = 7,

    /// <summary>The wallet refused to hold it.</summary>
    Failed = 8,
}

/// <summary>A call of the biller.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="At">When it was begun.</param>
public sealed record BillCall(int Number, DateTimeOffset At)
{
    /// <summary>How long a call counts as under way of which nothing is heard: several times what it may take, since clocks differ and a process may stand still
    /// between the note of a call and the call.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Whether it may be under way still.</summary>
    public bool MayGoOn(DateTimeOffset now) => now - At < Limit;
}

/// <summary>Everything that is known of a payment beside what was asked for.</summary>
/// <param name="Phase">How far it has come.</param>
/// <param name="Attempts">How often a call of the biller was begun.</param>
/// <param name="NotSent">How many of those certainly did nothing. One that was begun and never ended is not among them.</param>
/// <param name="AwaitingSince">Since when the biller is asked how it stands; null while it need not be.</param>
/// <param name="Steps">Its history, the oldest first.</param>
public sealed record BillProgress(BillPhase Phase, int Attempts, int NotSent, DateTimeOffset? AwaitingSince, ImmutableList<BillStep> Steps)
{
    /// <summary>The name that belongs to the customer's reference.</summary>
    public string? CustomerName { get; init; }

    /// <summary>The biller's own name of the payment.</summary>
    public string? BillerReference { get; init; }

    /// <summary>What the customer got for it.</summary>
    public string? Token { get; init; }

    /// <summary>Why it failed.</summary>
    public BillFailure? Failure { get; init; }

    /// <summary>Who decided, when the biller did not say.</summary>
    public BillSettlement? Settlement { get; init; }

    /// <summary>The calls that were begun and not heard of since, the oldest first.</summary>
    public ImmutableList<BillCall> OpenCalls { get; init; } = [];

    /// <summary>What the biller has said against what was decided; null when it agrees.</summary>
    public BillDispute? Dispute { get; init; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset CreatedAt => Steps[0].At;

    /// <summary>The time of its newest step.</summary>
    public DateTimeOffset UpdatedAt => Steps[^1].At;

    /// <summary>The biller is to be asked how it stands, and nobody has decided.</summary>
    public bool IsAwaited => AwaitingSince is not null && IsUndecided;

    /// <summary>The biller may have been called, and nobody has decided.</summary>
    public bool IsUndecided => Phase is BillPhase.Processing or BillPhase.Unknown;

    /// <summary>The biller is to be called; it may have been.</summary>
    public bool IsToBeCalled => Phase is BillPhase.Pending || (Phase is BillPhase.Processing && AwaitingSince is null);

    /// <summary>A call was begun so lately that the biller may just be taking it.</summary>
    public bool IsBeingCalled(DateTimeOffset now) => OpenCalls.Any(call => call.MayGoOn(now));

    /// <summary>A payment that was just asked for.</summary>
    public static BillProgress Begin(DateTimeOffset at, string? customerName) =>
        new(BillPhase.Pending, 0, 0, null, [new BillStep(BillStatus.Pending, at)]) { CustomerName = customerName };

    /// <summary>The status that a phase is shown as.</summary>
    public static BillStatus StatusOf(BillPhase phase) => phase switch
    {
        BillPhase.Pending => BillStatus.Pending,
        BillPhase.Processing or BillPhase.Completing => BillStatus.Processing,
        BillPhase.Unknown => BillStatus.Unknown,
        BillPhase.Completed => BillStatus.Completed,
        BillPhase.Reversing => BillStatus.Reversing,
        BillPhase.Reversed => BillStatus.Reversed,
        BillPhase.Failed => BillStatus.Failed,
        _ => throw new UnreachableException($"Bill phase {phase} has no status."),
    };
}
