using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.Bills;

/// <summary>How far the payment of a bill has come.</summary>
public enum BillState : short
{
    /// <summary>Nothing was sent to the biller.</summary>
    Pending = 1,

    /// <summary>The biller may have been called.</summary>
    Processing = 2,

    /// <summary>The biller may have the money.</summary>
    Unknown = 3,

    /// <summary>Decided: the money leaves the wallet.</summary>
    Completing = 4,

    /// <summary>It has left.</summary>
    Completed = 5,

    /// <summary>Decided: the money is given back.</summary>
    Reversing = 6,

    /// <summary>It is available again.</summary>
    Reversed = 7,

    /// <summary>No money was ever held.</summary>
    Failed = 8,
}

/// <summary>The row of a bill's payment.</summary>
/// <param name="PaymentId">The payment; of version 7, so that lists are in the order of time.</param>
/// <param name="WalletId">The wallet that pays.</param>
/// <param name="OwnerId">Whose wallet it is; null when it belongs to none.</param>
/// <param name="BillerCode">Who is paid.</param>
/// <param name="CustomerReference">Whose bill it is.</param>
/// <param name="AmountMinor">Amount in minor units, above 0.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="RequestId">The request; unique for the wallet.</param>
/// <param name="Fingerprint">Digest of the request's content; 16 bytes.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Revision">How often it has moved.</param>
/// <param name="AwaitingSince">Since when the biller is asked how it stands; null when it is not.</param>
/// <param name="Content">What else is known of it, in bytes the store knows no meaning of.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="UpdatedAt">When it moved last.</param>
public sealed record BillRow(
    Guid PaymentId,
    Guid WalletId,
    Guid? OwnerId,
    string BillerCode,
    string CustomerReference,
    long AmountMinor,
    string Currency,
    string RequestId,
    ReadOnlyMemory<byte> Fingerprint,
    BillState State,
    int Revision,
    DateTimeOffset? AwaitingSince,
    ReadOnlyMemory<byte> Content,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>A step of a payment.</summary>
/// <param name="PaymentId">The payment.</param>
/// <param name="Revision">The revision that it must have.</param>
/// <param name="To">The state that it gets.</param>
/// <param name="AwaitingSince">Since when the biller is asked how it stands.</param>
/// <param name="Content">What else is known of it then.</param>
/// <param name="At">When.</param>
public sealed record BillMove(
    Guid PaymentId, int Revision, BillState To, DateTimeOffset? AwaitingSince, ReadOnlyMemory<byte> Content, DateTimeOffset At);

/// <summary>Which payments to list, the newest first.</summary>
/// <param name="OwnerId">Only those of this user's wallets; null for all.</param>
/// <param name="WalletId">Only those of this wallet; null for all.</param>
/// <param name="States">Only in one of these states; empty for all.</param>
/// <param name="Before">Only those with a lower id; null for the newest page.</param>
/// <param name="Limit">At most so many; 1 to <see cref="JournalLimits.MaxPage"/>.</param>
public sealed record BillListQuery(Guid? OwnerId, Guid? WalletId, IReadOnlyList<BillState> States, Guid? Before, int Limit);

/// <summary>
/// The durable record of payments of bills. It decides between those who drive one: of several that move it from the same
/// revision, one succeeds.
/// </summary>
/// <remarks>Every method throws <see cref="JournalUnavailableException"/> while the database is away; then nothing was
/// written. All methods may be called from many threads at once.</remarks>
public interface IBillStore
{
    /// <summary>Writes a new payment and its job in one commit; the one that its wallet has under this request id already, when there is one.</summary>
    /// <param name="bill">The payment.</param>
    /// <param name="job">The job; its key is the payment's id.</param>
    /// <param name="cancellationToken">Gives up the look at what was there before.</param>
    /// <returns>The stored payment, and whether it was written now.</returns>
    /// <exception cref="JournalOutcomeUnknownException">It may or may not be written, also later; repeat the call.</exception>
    /// <exception cref="JournalRejectedException">The database's own constraints refused it.</exception>
    Task<(BillRow Stored, bool IsNew)> CreateAsync(BillRow bill, NewJob job, CancellationToken cancellationToken);

    /// <summary>Moves a payment on; false when it is at another revision.</summary>
    /// <param name="move">The step.</param>
    /// <param name="job">The job of the next step, written in the same commit when the payment is in the state that the step leads to; its key is
    /// the payment's id. Null for none.</param>
    /// <param name="cancellationToken">Gives up before anything is sent.</param>
    /// <exception cref="JournalOutcomeUnknownException">It may or may not be moved, also later; read it, and repeat the call.</exception>
    /// <exception cref="JournalRejectedException">There is no such step.</exception>
    Task<bool> MoveAsync(BillMove move, NewJob? job, CancellationToken cancellationToken);

    /// <summary>The payment with this id; null when there is none.</summary>
    Task<BillRow?> FindAsync(Guid paymentId, CancellationToken cancellationToken);

    /// <summary>The payment that a wallet's request made; null when there is none.</summary>
    Task<BillRow?> FindByRequestAsync(Guid walletId, string requestId, CancellationToken cancellationToken);

    /// <summary>A page of payments, the newest first.</summary>
    Task<IReadOnlyList<BillRow>> ReadAsync(BillListQuery query, CancellationToken cancellationToken);
}
