using WalletGrains.Contracts.Bills;

namespace WalletGrains.Domain.Bills;

/// <summary>What is learnt about a payment, from a wallet, a biller or an operator. The kinds below are all there are.</summary>
public abstract record BillNews
{
    private BillNews()
    {
    }

    /// <summary>The number of the call that it is the end of; null when nobody was called, but somebody asked.</summary>
    public int? Call { get; init; }

    /// <summary>The wallet refused to hold the money.</summary>
    /// <param name="Failure">Why.</param>
    public sealed record HoldRefused(BillFailure Failure) : BillNews;

    /// <summary>The money is held, and the biller is about to be called.</summary>
    public sealed record Calling : BillNews;

    /// <summary>A call certainly did nothing.</summary>
    public sealed record NothingSent : BillNews;

    /// <summary>The biller refused a call, so this one did nothing and no other will do anything. What an earlier one did, it does not say.</summary>
    /// <param name="Failure">Why.</param>
    public sealed record Refused(BillFailure Failure) : BillNews;

    /// <summary>The biller is at it.</summary>
    /// <param name="BillerReference">Its name of the payment; null when it has said none.</param>
    public sealed record Accepted(string? BillerReference) : BillNews;

    /// <summary>Nobody knows what a call did.</summary>
    public sealed record Unclear : BillNews;

    /// <summary>The biller has the money.</summary>
    /// <param name="BillerReference">Its name of the payment.</param>
    /// <param name="Token">What the customer gets for it.</param>
    public sealed record Paid(string BillerReference, string? Token) : BillNews;

    /// <summary>The biller has not the money and never will.</summary>
    /// <param name="Failure">Why.</param>
    public sealed record Rejected(BillFailure Failure) : BillNews;

    /// <summary>An operator has found out what the biller does not say.</summary>
    /// <param name="IsPaid">It has the money.</param>
    /// <param name="Settlement">Who decided, on what evidence.</param>
    public sealed record FoundOut(bool IsPaid, BillSettlement Settlement) : BillNews;

    /// <summary>The money has left the wallet.</summary>
    public sealed record Captured : BillNews;

    /// <summary>The money is available again.</summary>
    public sealed record GivenBack : BillNews;
}
