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
        ArgumentNullException.ThrowIfNull(news);
        ArgumentNullException.ThrowIfNull(payment);
        var at = now > payment.UpdatedAt ? now : payment.UpdatedAt;
        var happened = Contradicts(news, payment)
            ? payment.Dispute is null ? new BillEvent.Disputed(at, SaidBy(news)) : null
            : payment.IsUndecided ? WhileUndecided(news, payment, patience, at) : OfStep(news, payment.Phase, at);
        return happened is null ? null : happened with { EndedCall = news.Call };
    }

    /// <summary>Whether it contradicts what was decided: then somebody has to look at it.</summary>
    public static bool Contradicts(BillNews news, BillProgress payment)
    {
        ArgumentNullException.ThrowIfNull(payment);
        return (news, payment.Phase) switch
        {
            (BillNews.Paid or BillNews.Accepted, BillPhase.Reversing or BillPhase.Reversed) => true,
            (BillNews.Rejected, BillPhase.Completing or BillPhase.Completed) => true,
            _ => false,
        };
    }

    /// <summary>The payment after an event.</summary>
    public static BillProgress Evolve(BillProgress payment, BillEvent happened)
    {
        ArgumentNullException.ThrowIfNull(payment);
        var next = happened switch
        {
            BillEvent.Refused e => Step(payment, BillPhase.Failed, e, e.Failure.Reason) with { Failure = e.Failure },
            BillEvent.Called e when payment.Phase is BillPhase.Pending => Begin(Step(payment, BillPhase.Processing, e), e),
            BillEvent.Called e => Begin(payment, e),
            BillEvent.CallUndone => payment with { NotSent = payment.NotSent + 1 },
            BillEvent.CallEnded => payment,
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
            BillEvent.Disputed e => payment with { Dispute = new BillDispute(e.At, e.Said) },
            _ => throw new UnreachableException($"No rule says what {happened.GetType().Name} makes of a payment."),
        };
        return happened.EndedCall is { } ended ? next with { OpenCalls = next.OpenCalls.RemoveAll(call => call.Number == ended) } : next;
    }

    private static BillEvent? OfStep(BillNews news, BillPhase phase, DateTimeOffset at) => (news, phase) switch
    {
        (BillNews.HoldRefused refused, BillPhase.Pending) => new BillEvent.Refused(at, refused.Failure),
        (BillNews.Calling, BillPhase.Pending) => new BillEvent.Called(at),
        (BillNews.Captured, BillPhase.Completing) => new BillEvent.Completed(at),
        (BillNews.GivenBack, BillPhase.Reversing) => new BillEvent.Reversed(at),
        _ => null,
    };

    private static BillEvent? WhileUndecided(BillNews news, BillProgress payment, TimeSpan patience, DateTimeOffset at)
    {
        // A call ends once, and only one that is known to be under way can be told to have done nothing.
        var endsCall = payment.OpenCalls.Any(call => call.Number == news.Call);
        return news switch
        {
            BillNews.Calling => new BillEvent.Called(at),
            BillNews.NothingSent when endsCall => payment.IsAwaited ? new BillEvent.CallUndone(at) : AfterNothingSent(payment, patience, at),
            BillNews.Refused refused when endsCall => AfterRefusal(refused.Failure, payment, at),
            BillNews.Accepted accepted when payment.Phase is BillPhase.Unknown || !payment.IsAwaited => new BillEvent.Taken(at, accepted.BillerReference),
            BillNews.Unclear when !payment.IsAwaited => new BillEvent.Lost(at),
            BillNews.Paid paid => new BillEvent.Confirmed(at, paid.BillerReference, paid.Token, null),
            BillNews.Rejected rejected => new BillEvent.Rejected(at, rejected.Failure, null),

            // What a call does that is under way nobody can have found out; its answer may tell in a moment.
            BillNews.FoundOut found when !payment.IsBeingCalled(at) => AfterFindingOut(found, at),
            _ => endsCall ? new BillEvent.CallEnded(at) : null,
        };
    }

    private static string SaidBy(BillNews news) => news switch
    {
        BillNews.Paid paid => $"The biller says that it has the money: {paid.BillerReference}.",
        BillNews.Accepted => "The biller says that it is at it.",
        BillNews.Rejected { Failure: var failure } => $"The biller says that it has not the money: {failure.Code}, {failure.Reason}",
        _ => throw new UnreachableException($"{news.GetType().Name} contradicts nothing."),
    };

    /// <summary>One more call. Of those that nobody heard of for too long none is under way.</summary>
    private static BillProgress Begin(BillProgress payment, BillEvent.Called called) => payment with
    {
        Attempts = payment.Attempts + 1,
        OpenCalls = payment.OpenCalls.RemoveAll(call => !call.MayGoOn(called.At)).Add(new BillCall(payment.Attempts + 1, called.At)),
    };

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

    /// <summary>A refusal is the end when there is nothing that another call may have done; else the biller has to say what became of that one.</summary>
    private static BillEvent AfterRefusal(BillFailure failure, BillProgress payment, DateTimeOffset at) =>
        IsLastOneOpen(payment) ? new BillEvent.Rejected(at, failure, null)
        : payment.IsAwaited ? new BillEvent.CallUndone(at)
        : new BillEvent.Lost(at);

    /// <summary>All other calls certainly did nothing, so with this one none did anything.</summary>
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
