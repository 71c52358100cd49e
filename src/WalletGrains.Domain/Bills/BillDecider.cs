using System.Diagnostics;
using WalletGrains.Contracts.Bills;

namespace WalletGrains.Domain.Bills;

/// <summary>
/// The rules of a payment: what becomes of it with what is learnt. What is decided, that the money leaves or that it is given back, stays
/// decided, whatever is learnt later.
/// </summary>
public static class BillDecider
{
    private static readonly BillFailure NeverSent = new(BillFailure.BillerUnavailable, "The biller could not be reached.");

    /// <summary>What happens; null when what is learnt changes nothing.</summary>
    /// <param name="news">What is learnt.</param>
    /// <param name="payment">The payment as it is.</param>
    /// <param name="patience">For how long a biller is called that certainly was not reached.</param>
    /// <param name="now">The present; no step is earlier than the one before it.</param>
    public static BillEvent? Decide(BillNews news, BillProgress payment, TimeSpan patience, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(payment);
        var at = now > payment.UpdatedAt ? now : payment.UpdatedAt;
        return (news, payment.Phase) switch
        {
            (BillNews.HoldRefused refused, BillPhase.Pending) => new BillEvent.Refused(at, refused.Failure),
            (BillNews.Calling, BillPhase.Pending) => new BillEvent.Called(at),
            (BillNews.Calling, BillPhase.Processing) when !payment.IsAwaited => new BillEvent.Called(at),
            (BillNews.NothingSent, BillPhase.Processing) when !payment.IsAwaited && payment.NotSent < payment.Attempts => AfterNothingSent(payment, patience, at),
            (BillNews.Accepted accepted, BillPhase.Processing) when !payment.IsAwaited => new BillEvent.Taken(at, accepted.BillerReference),
            (BillNews.Accepted accepted, BillPhase.Unknown) => new BillEvent.Taken(at, accepted.BillerReference),
            (BillNews.Unclear, BillPhase.Processing) when !payment.IsAwaited => new BillEvent.Lost(at),
            (BillNews.Paid paid, BillPhase.Processing or BillPhase.Unknown) => new BillEvent.Confirmed(at, paid.BillerReference, paid.Token, null),
            (BillNews.Rejected rejected, BillPhase.Processing or BillPhase.Unknown) => new BillEvent.Rejected(at, rejected.Failure, null),
            (BillNews.FoundOut found, BillPhase.Processing or BillPhase.Unknown) when payment.IsAwaited => AfterFindingOut(found, at),
            (BillNews.Captured, BillPhase.Completing) => new BillEvent.Completed(at),
            (BillNews.GivenBack, BillPhase.Reversing) => new BillEvent.Reversed(at),
            _ => null,
        };
    }

    /// <summary>Whether it contradicts what was decided: then somebody has to look at it.</summary>
    public static bool Contradicts(BillNews news, BillProgress payment)
    {
        ArgumentNullException.ThrowIfNull(payment);
        return (news, payment.Phase) switch
        {
            (BillNews.Paid, BillPhase.Reversing or BillPhase.Reversed or BillPhase.Failed or BillPhase.Pending) => true,
            (BillNews.Rejected, BillPhase.Completing or BillPhase.Completed) => true,
            _ => false,
        };
    }

    /// <summary>The payment after an event.</summary>
    public static BillProgress Evolve(BillProgress payment, BillEvent happened)
    {
        ArgumentNullException.ThrowIfNull(payment);
        return happened switch
        {
            BillEvent.Refused e => Step(payment, BillPhase.Failed, e, e.Failure.Reason) with { Failure = e.Failure },
            BillEvent.Called e when payment.Phase is BillPhase.Pending => Step(payment, BillPhase.Processing, e) with { Attempts = 1 },
            BillEvent.Called => payment with { Attempts = payment.Attempts + 1 },
            BillEvent.CallUndone => payment with { NotSent = payment.NotSent + 1 },
            BillEvent.Lost e => Step(payment, BillPhase.Unknown, e, "The biller did not answer. It is being asked.") with { AwaitingSince = e.At },
            BillEvent.Taken e => Step(payment, BillPhase.Processing, e, "The biller is at it.") with
            {
                AwaitingSince = payment.AwaitingSince ?? e.At,
                BillerReference = e.BillerReference ?? payment.BillerReference,
            },
            BillEvent.Confirmed e => Step(payment, BillPhase.Completing, e, e.Settlement is null ? "The biller has confirmed." : "An operator has confirmed.") with
            {
                BillerReference = e.BillerReference ?? payment.BillerReference,
                Token = e.Token,
                Settlement = e.Settlement,
            },
            BillEvent.Rejected e => Step(payment, BillPhase.Reversing, e, e.Failure.Reason) with { Failure = e.Failure, Settlement = e.Settlement },
            BillEvent.Completed e => Step(payment, BillPhase.Completed, e),
            BillEvent.Reversed e => Step(payment, BillPhase.Reversed, e),
            _ => throw new UnreachableException($"No rule says what {happened.GetType().Name} makes of a payment."),
        };
    }

    /// <summary>Only what certainly never reached the biller is given up without asking it.</summary>
    private static BillEvent AfterNothingSent(BillProgress payment, TimeSpan patience, DateTimeOffset at)
    {
        var isOver = at - payment.CreatedAt >= patience;
        return (isOver, IsLastOneOpen(payment)) switch
        {
            (false, _) => new BillEvent.CallUndone(at),
            (true, true) => new BillEvent.Rejected(at, NeverSent, null),
            (true, false) => new BillEvent.Lost(at),
        };
    }

    /// <summary>All earlier calls certainly did nothing, so with this one none did anything.</summary>
    private static bool IsLastOneOpen(BillProgress payment) => payment.NotSent + 1 == payment.Attempts;

    private static BillEvent AfterFindingOut(BillNews.FoundOut found, DateTimeOffset at) => found.IsPaid
        ? new BillEvent.Confirmed(at, null, null, found.Settlement)
        : new BillEvent.Rejected(at, new BillFailure(BillFailure.Settled, "The biller has not taken the payment."), found.Settlement);

    private static BillProgress Step(BillProgress payment, BillPhase phase, BillEvent happened, string? detail = null) => payment with
    {
        Phase = phase,
        Steps = payment.Steps.Add(new BillStep(BillProgress.StatusOf(phase), happened.At, detail)),
    };
}
