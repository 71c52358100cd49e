namespace WalletGrains.Grains.Bills;

/// <summary>How a payment stands, as far as a biller has said. Only <see cref="Paid"/> and <see cref="Failed"/> are for ever.</summary>
public abstract record BillerAnswer
{
    private BillerAnswer()
    {
    }

    /// <summary>It has the money.</summary>
    /// <param name="BillerReference">Its own name of the payment.</param>
    /// <param name="Token">What the customer gets for it, such as the number that charges a prepaid meter; null when there is nothing.</param>
    public sealed record Paid(string BillerReference, string? Token) : BillerAnswer;

    /// <summary>It has not taken the money, and never will under this reference.</summary>
    /// <param name="Code">Why, for programs.</param>
    /// <param name="Reason">Why, for people.</param>
    public sealed record Failed(string Code, string Reason) : BillerAnswer;

    /// <summary>It refused this call, and would refuse each one like it. What became of an earlier one, which may be on its way still, it does not say. Only in
    /// answer to <see cref="IBiller.PayAsync"/>.</summary>
    /// <param name="Code">Why, for programs.</param>
    /// <param name="Reason">Why, for people.</param>
    public sealed record Refused(string Code, string Reason) : BillerAnswer;

    /// <summary>It is at it. Ask later.</summary>
    /// <param name="BillerReference">Its own name of the payment; null when it has not said one.</param>
    public sealed record Pending(string? BillerReference) : BillerAnswer;

    /// <summary>
    /// It has not taken such a payment so far. A slow call may still be on its way to it, so this is no failure; to pay again under the same
    /// reference is safe. Only in answer to <see cref="IBiller.FindAsync"/>.
    /// </summary>
    public sealed record NotFound : BillerAnswer;

    /// <summary>It did not say: no answer in time, one of a broken server, or one that is about something else. It may have the money.</summary>
    /// <param name="Reason">What happened, for operators.</param>
    public sealed record Unknown(string Reason) : BillerAnswer;

    /// <summary>This call did nothing: it was not sent, or turned away at the door. What an earlier call did is another matter.</summary>
    /// <param name="RetryAfter">How long the biller is to be left alone; null when nobody said.</param>
    /// <param name="Reason">Why, for operators.</param>
    public sealed record NotSent(TimeSpan? RetryAfter, string Reason) : BillerAnswer;
}

/// <summary>Whose reference it is, as far as a biller has said.</summary>
public abstract record CustomerAnswer
{
    private CustomerAnswer()
    {
    }

    /// <summary>Somebody's.</summary>
    /// <param name="Name">The name to show.</param>
    public sealed record Known(string Name) : CustomerAnswer;

    /// <summary>Nobody's.</summary>
    public sealed record Nobody : CustomerAnswer;

    /// <summary>It did not say. A payment may be good all the same.</summary>
    /// <param name="Reason">Why, for operators.</param>
    public sealed record NotSaid(string Reason) : CustomerAnswer;
}
