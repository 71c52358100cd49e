using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Contracts.Bills;

/// <summary>Takes payments of bills, and shows them. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IBillGrain")]
public interface IBillGrain : IGrainWithIntegerKey
{
    /// <summary>The billers that can be paid.</summary>
    [Alias("GetBillers")]
    Task<IReadOnlyList<Biller>> GetBillersAsync();

    /// <summary>Pays a bill: holds the money, and leaves the rest to the payment itself. Repeating the request has no further effect.</summary>
    /// <exception cref="UnavailableException">The store is away, and nothing happened.</exception>
    [Alias("Pay")]
    Task<BillOutcome> PayAsync(PayBill command);

    /// <summary>The payment with this id; null when there is none.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Find")]
    Task<BillPayment?> FindAsync(Guid paymentId);

    /// <summary>A page of payments, the newest first.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("List")]
    Task<Page<BillPayment>> ListAsync(BillQuery query);

    /// <summary>
    /// Decides what has become of a payment whose biller does not say. It only decides what nobody has decided yet.
    /// </summary>
    /// <returns>The payment as it is then; null when there is none with this id.</returns>
    /// <exception cref="UnavailableException">The store is away; repeat the call.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost; repeat the call.</exception>
    [Alias("Settle")]
    Task<SettledBill?> SettleAsync(SettleBill command);

    /// <summary>Has the next step of a payment tried at once, also one that was given up; nothing when it is at its end.</summary>
    /// <returns>The payment as it is; null when there is none with this id.</returns>
    /// <exception cref="UnavailableException">The store is away; repeat the call.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost; repeat the call.</exception>
    [Alias("Retry")]
    Task<BillPayment?> RetryAsync(Guid paymentId);
}

/// <summary>Asks for a bill to be paid.</summary>
/// <param name="RequestId">Names the request on the wallet.</param>
/// <param name="WalletId">The wallet that pays.</param>
/// <param name="BillerCode">Who is paid.</param>
/// <param name="CustomerReference">Whose bill it is, in the biller's words.</param>
/// <param name="Amount">How much, in the currency of the wallet.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.PayBill")]
public sealed record PayBill(
    [property: Id(0)] RequestId RequestId,
    [property: Id(1)] Guid WalletId,
    [property: Id(2)] string BillerCode,
    [property: Id(3)] string CustomerReference,
    [property: Id(4)] Money Amount);

/// <summary>Which payments to list.</summary>
/// <param name="OwnerId">Only those of this user's wallets; null for all.</param>
/// <param name="WalletId">Only those of this wallet; null for all.</param>
/// <param name="Status">Only those that have come so far; null for all.</param>
/// <param name="Before">The last payment of the page before; null for the first page.</param>
/// <param name="Limit">At most so many, up to <see cref="Limits.MaxPageSize"/>.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BillQuery")]
public sealed record BillQuery(
    [property: Id(0)] Guid? OwnerId,
    [property: Id(1)] Guid? WalletId,
    [property: Id(2)] BillStatus? Status,
    [property: Id(3)] Guid? Before,
    [property: Id(4)] int Limit);

/// <summary>Decides what has become of a payment.</summary>
/// <param name="PaymentId">The payment.</param>
/// <param name="IsPaid">The biller has the money; otherwise it has not, and will not take it.</param>
/// <param name="OperatorId">Who decides.</param>
/// <param name="Reason">On what evidence.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.SettleBill")]
public sealed record SettleBill(
    [property: Id(0)] Guid PaymentId,
    [property: Id(1)] bool IsPaid,
    [property: Id(2)] Guid OperatorId,
    [property: Id(3)] string Reason);

/// <summary>What came of such a decision.</summary>
/// <param name="Payment">The payment as it is now.</param>
/// <param name="IsAsDecided">It is, or will be, as was decided; otherwise it is not open to such a decision.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.SettledBill")]
public sealed record SettledBill([property: Id(0)] BillPayment Payment, [property: Id(1)] bool IsAsDecided);
