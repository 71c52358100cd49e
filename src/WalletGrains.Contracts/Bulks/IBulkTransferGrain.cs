namespace WalletGrains.Contracts.Bulks;

/// <summary>
/// Coordinates bulk transfers: many transfers of which all happen or none does. It keeps nothing itself, so any silo may
/// take any bulk, also one that another coordinator left half way. Key 0.
/// </summary>
[Alias("walletgrains.IBulkTransferGrain")]
public interface IBulkTransferGrain : IGrainWithIntegerKey
{
    /// <summary>Makes all of these transfers or none of them. Repeating the request has no further effect.</summary>
    /// <exception cref="UnavailableException">The store is away, and nothing happened.</exception>
    [Alias("Transfer")]
    Task<BulkOutcome> TransferAsync(StartBulk command);

    /// <summary>
    /// Brings a bulk to its end that its coordinator left: one that is decided is driven on, one that is not is given up.
    /// Repeating the call has no further effect.
    /// </summary>
    /// <returns>How far it has come now; null when there is none with this id.</returns>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Resume")]
    Task<BulkStatus?> ResumeAsync(Guid bulkId);

    /// <summary>How far a bulk has come; null when there is none with this id.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Find")]
    Task<BulkStatus?> FindAsync(Guid bulkId);
}

/// <summary>Asks for a bulk transfer.</summary>
/// <param name="CallerId">Who asks; request ids are the caller's own.</param>
/// <param name="RequestId">Names the request.</param>
/// <param name="Legs">The transfers, 1 to <see cref="Limits.MaxBulkLegs"/>.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.StartBulk")]
public sealed record StartBulk(
    [property: Id(0)] Guid CallerId,
    [property: Id(1)] RequestId RequestId,
    [property: Id(2)] IReadOnlyList<BulkLeg> Legs);

/// <summary>One transfer of a bulk.</summary>
/// <param name="FromWalletId">The payer.</param>
/// <param name="ToWalletId">The receiver.</param>
/// <param name="Amount">How much, above zero, in the currency of both wallets.</param>
/// <param name="Description">Words for both histories; null for none.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BulkLeg")]
public sealed record BulkLeg(
    [property: Id(0)] Guid FromWalletId,
    [property: Id(1)] Guid ToWalletId,
    [property: Id(2)] Money Amount,
    [property: Id(3)] string? Description = null);

/// <summary>How far a bulk has come.</summary>
public enum BulkStatus
{
    /// <summary>The amounts are being held; nothing is decided.</summary>
    Reserving = 1,

    /// <summary>Decided: every leg will be paid.</summary>
    Posting = 2,

    /// <summary>Every leg is paid.</summary>
    Completed = 3,

    /// <summary>Decided: no leg will be paid. What was held is being released.</summary>
    Releasing = 4,

    /// <summary>Nothing moved, and nothing is held any more.</summary>
    Failed = 5,
}
