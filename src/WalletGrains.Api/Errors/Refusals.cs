using WalletGrains.Api.Http;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Errors;

/// <summary>
/// What an outcome that moved no money means to the caller. The two route families differ in one thing: a repeated request
/// is answered like the first one in family 2 (<c>Of</c>) and refused in family 1 (<c>OfOnce</c>).
/// </summary>
internal static class Refusals
{
    public static readonly Problem AmountTooLarge =
        new(ProblemKind.AmountTooLarge, "The amount, or the balance it would make, is above the limit.");

    public static readonly Problem CurrencyMismatch =
        new(ProblemKind.CurrencyMismatch, "The wallets hold different currencies.");

    public static readonly Problem BulkAbandoned =
        new(ProblemKind.BulkAbandoned, "This was interrupted before it was decided and then given up. Nothing moved; send it again with another request id.");

    /// <summary>Family 2: null when the command was accepted, now or before.</summary>
    public static Problem? Of(WalletOutcome outcome, RequestId requestId) => outcome switch
    {
        WalletOutcome.Accepted => null,
        WalletOutcome.Refused refused => Of(refused.Refusal) with { Replayed = refused.Replayed },
        WalletOutcome.NotDecided notDecided => Of(notDecided.Reason, requestId),
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType()}."),
    };

    /// <summary>Family 1: null when the command was accepted now.</summary>
    public static Problem? OfOnce(WalletOutcome outcome, RequestId requestId) => outcome switch
    {
        WalletOutcome.Accepted { Replayed: true, Entry: var entry } => Duplicate(entry.EntryId),
        WalletOutcome.Refused { Replayed: true } => Duplicate(originalEntryId: null),
        WalletOutcome.NotDecided { Reason: NotDecidedReason.RequestIdReused, OriginalEntryId: var original } => Duplicate(original),
        _ => Of(outcome, requestId),
    };

    /// <summary>Family 2: null when the transfer is completed, now or before.</summary>
    public static Problem? Of(TransferOutcome outcome, RequestId requestId) => outcome switch
    {
        TransferOutcome.Completed => null,
        TransferOutcome.Refused refused => Of(refused.Refusal) with { Replayed = refused.Replayed, TransferId = refused.TransferId },
        TransferOutcome.Invalid invalid => Of(invalid.Reason),
        TransferOutcome.NotDecided notDecided => Of(notDecided.Reason, requestId),
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType()}."),
    };

    /// <summary>Family 1: null when the transfer was completed now.</summary>
    public static Problem? OfOnce(TransferOutcome outcome, RequestId requestId) => outcome switch
    {
        TransferOutcome.Completed { Replayed: true, Debit: var debit } => Duplicate(debit.EntryId),
        TransferOutcome.Refused { Replayed: true } => Duplicate(originalEntryId: null),
        TransferOutcome.NotDecided { Reason: NotDecidedReason.RequestIdReused, OriginalEntryId: var original } => Duplicate(original),
        _ => Of(outcome, requestId),
    };

    /// <summary>Null when the bulk is completed, now or before.</summary>
    public static Problem? Of(BulkOutcome outcome, RequestId requestId) => outcome switch
    {
        BulkOutcome.Completed => null,
        BulkOutcome.Refused refused => Of(refused.Refusal) with { Replayed = refused.Replayed, FailedLeg = refused.FailedLeg },
        BulkOutcome.Abandoned abandoned => BulkAbandoned with { Replayed = abandoned.Replayed },
        BulkOutcome.Invalid invalid => Of(invalid.Reason) with { FailedLeg = invalid.FailedLeg },
        BulkOutcome.NotDecided notDecided => Of(notDecided.Reason, requestId) with { FailedLeg = notDecided.FailedLeg },
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType()}."),
    };

    /// <summary>Null when the schedule was made, now or before.</summary>
    public static Problem? Of(ScheduleOutcome outcome, RequestId requestId) => outcome switch
    {
        ScheduleOutcome.Created => null,
        ScheduleOutcome.Refused refused => Of(refused.Refusal),
        ScheduleOutcome.Invalid invalid => Of(invalid.Reason),
        ScheduleOutcome.NotDecided notDecided => Of(notDecided.Reason, requestId),
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType()}."),
    };

    /// <summary>Null when the payment was taken, now or before.</summary>
    public static Problem? Of(BillOutcome outcome, RequestId requestId) => outcome switch
    {
        BillOutcome.Accepted => null,
        BillOutcome.Refused refused => Of(refused.Refusal) with { Replayed = refused.Replayed, PaymentId = refused.PaymentId },
        BillOutcome.Invalid invalid => Of(invalid.Reason, invalid.Biller),
        BillOutcome.NotDecided notDecided => Of(notDecided.Reason, requestId),
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType()}."),
    };

    /// <summary>A wallet's refusal.</summary>
    public static Problem Of(WalletRefusal refusal) => refusal switch
    {
        WalletRefusal.AmountNotPositive => Problem.Invalid("amount must be above zero."),
        WalletRefusal.CurrencyMismatch => CurrencyMismatch,
        WalletRefusal.AmountTooLarge => AmountTooLarge,
        WalletRefusal.WalletClosed => new(ProblemKind.WalletClosed, "The wallet is closed."),
        WalletRefusal.WalletFrozen => new(ProblemKind.WalletFrozen, "The wallet is frozen."),
        WalletRefusal.WalletNotFrozen => new(ProblemKind.WalletNotFrozen, "The wallet is not frozen."),
        WalletRefusal.WalletNotEmpty => new(ProblemKind.WalletNotEmpty, "There is money in the wallet; only an empty one can be closed."),
        WalletRefusal.HoldNotActive => new(ProblemKind.HoldNotActive, "The hold has ended."),
        WalletRefusal.CaptureExceedsHold => new(ProblemKind.CaptureExceedsHold, "More is to be captured than is held."),
        WalletRefusal.ReversalExceedsOriginal => new(ProblemKind.ReversalExceedsOriginal, "More is to be given back than is left of the transfer."),
        WalletRefusal.LimitExceeded => new(ProblemKind.LimitExceeded, "The limits of the wallet do not allow it now."),
        WalletRefusal.TooManyHolds => new(ProblemKind.TooManyHolds, $"The wallet has {Limits.MaxOpenHolds} open holds already."),
        WalletRefusal.InsufficientFunds => new(ProblemKind.InsufficientFunds, "Less than the amount is available."),
        _ => throw new InvalidOperationException($"Unknown refusal {refusal}."),
    };

    private static Problem Of(NotDecidedReason reason, RequestId requestId) => reason switch
    {
        NotDecidedReason.WalletNotFound => Problem.NotFound,
        NotDecidedReason.RequestIdReused => new(ProblemKind.RequestIdReused, "This request id belongs to a request with other content."),
        NotDecidedReason.Overloaded => Problem.Overloaded,
        NotDecidedReason.Unavailable => Problem.Unavailable,
        NotDecidedReason.OutcomeUnknown => Problem.OutcomeUnknown(requestId.ClientText ?? requestId.Value),
        _ => throw new InvalidOperationException($"Unknown reason {reason}."),
    };

    private static Problem Of(ScheduleRefusal refusal)
    {
        switch (refusal)
        {
            case ScheduleRefusal.StartsInThePast:
                var errors = new FieldErrors();
                errors.Add("startAt", "startAt must not be in the past.");
                return Problem.Invalid(errors);
            case ScheduleRefusal.WalletClosed:
                return Of(WalletRefusal.WalletClosed);
            case ScheduleRefusal.TooManySchedules:
                return new(ProblemKind.TooManySchedules, $"The wallet has {Limits.MaxActiveSchedules} active schedules already.");
            default:
                throw new InvalidOperationException($"Unknown refusal {refusal}.");
        }
    }

    private static Problem Of(BillInvalidReason reason, Biller? biller)
    {
        var errors = new FieldErrors();
        switch (reason)
        {
            case BillInvalidReason.BillerNotFound:
                return new(ProblemKind.UnknownBiller, "There is no biller with this code; GET /bills/billers lists those there are.");
            case BillInvalidReason.CurrencyMismatch:
                return new(ProblemKind.CurrencyMismatch, $"{biller!.Name} is paid in {biller.Currency}, and the wallet holds another currency.");
            case BillInvalidReason.ReferenceMalformed:
                errors.Add("customerReference", $"customerReference is no {biller!.ReferenceLabel} of {biller.Name}; an example is {biller.ReferenceExample}.");
                return Problem.Invalid(errors);
            case BillInvalidReason.AmountOutOfBounds:
                errors.Add("amount", $"{biller!.Name} takes from {biller.MinAmount} to {biller.MaxAmount}.");
                return Problem.Invalid(errors);
            case BillInvalidReason.CustomerNotFound:
                return new(ProblemKind.UnknownCustomer, $"{biller!.Name} knows nobody by this reference.");
            default:
                throw new InvalidOperationException($"Unknown reason {reason}.");
        }
    }

    private static Problem Of(TransferInvalidReason reason) => reason switch
    {
        TransferInvalidReason.SameWallet => new(ProblemKind.SameWallet, "Sender and receiver must be different wallets."),
        TransferInvalidReason.ReceiverNotFound => Problem.NotFound,
        TransferInvalidReason.ReceiverCurrencyMismatch or TransferInvalidReason.TransferCurrencyMismatch => CurrencyMismatch,
        TransferInvalidReason.TransferNotFound => Problem.NotFound,
        TransferInvalidReason.NotReversible => new(ProblemKind.NotReversible, "The transfer moved no money, or is a reversal itself."),
        _ => throw new InvalidOperationException($"Unknown reason {reason}."),
    };

    private static Problem Duplicate(Guid? originalEntryId) =>
        new(ProblemKind.DuplicateIdempotencyKey, "This idempotency key was used before; nothing happened now.")
        {
            TransactionId = originalEntryId,
        };
}
