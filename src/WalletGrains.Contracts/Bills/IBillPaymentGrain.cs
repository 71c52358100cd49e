namespace WalletGrains.Contracts.Bills;

/// <summary>
/// The payment of one bill, keyed by its id: hold the money, call the biller, then let the money go or give it back. Its steps are
/// taken one after another, and how far it has come is in its row; each step may be repeated, by another activation too.
/// </summary>
[Alias("walletgrains.IBillPaymentGrain")]
public interface IBillPaymentGrain : IGrainWithGuidKey
{
    /// <summary>Holds the money, unless that is decided.</summary>
    /// <returns>What the wallet said, now or before; when it did not decide, the payment tries again by itself.</returns>
    /// <exception cref="UnavailableException">The store is away; the payment tries again by itself.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost; the payment tries again by itself.</exception>
    [Alias("Reserve")]
    Task<BillOutcome> ReserveAsync();

    /// <summary>Calls the biller, unless it may have been called before and is to be asked.</summary>
    /// <exception cref="UnavailableException">The store is away; repeat the call.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost; repeat the call.</exception>
    [Alias("Send")]
    Task<BillAdvance> SendAsync();

    /// <summary>Asks the biller how the payment stands, and calls it again, under the same reference, when it knows nothing of it.</summary>
    /// <exception cref="UnavailableException">The store is away; repeat the call.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost; repeat the call.</exception>
    [Alias("Ask")]
    Task<BillAdvance> AskAsync();

    /// <summary>Gives the money back of a payment that has failed.</summary>
    /// <exception cref="UnavailableException">The store is away; repeat the call.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost; repeat the call.</exception>
    [Alias("Reverse")]
    Task<BillAdvance> ReverseAsync();

    /// <summary>Whether the payment goes on by a job of this kind, and by none other.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("IsWaitingFor")]
    Task<bool> IsWaitingForAsync(string jobKind);

    /// <inheritdoc cref="IBillGrain.SettleAsync" />
    [Alias("Settle")]
    Task<SettledBill?> SettleAsync(SettleBill command);
}

/// <summary>What came of a step of a payment.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BillAdvance")]
public abstract record BillAdvance
{
    private protected BillAdvance()
    {
    }

    /// <summary>The step is taken, by whomever: nothing is left to do of it.</summary>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BillAdvance.Taken")]
    public sealed record Taken : BillAdvance;

    /// <summary>It has to be tried again later.</summary>
    /// <param name="Reason">Why, for operators.</param>
    /// <param name="After">How long to wait at least; null when nobody said.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BillAdvance.Waits")]
    public sealed record Waits([property: Id(0)] string Reason, [property: Id(1)] TimeSpan? After = null) : BillAdvance;

    /// <summary>The biller has not said for too long how the payment stands: an operator has to find out.</summary>
    /// <param name="Reason">What it said last, for operators.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BillAdvance.Overdue")]
    public sealed record Overdue([property: Id(0)] string Reason) : BillAdvance;
}

/// <summary>The names of the streams that tell of payments.</summary>
public static class BillStreams
{
    /// <summary>The namespace, in the provider of <see cref="Activity.ActivityStreams.Provider"/>, of the stream 0 of
    /// <see cref="BillPayment"/>s, each as it is after a step. A message may come late, twice or not at all: the payment itself is the record.</summary>
    public const string Steps = "bill-steps";
}
