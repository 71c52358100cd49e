namespace WalletGrains.Contracts.Wallets;

/// <summary>Money of a wallet that is reserved. It ends once: captured, released or expired.</summary>
/// <param name="HoldId">Its id.</param>
/// <param name="WalletId">The wallet.</param>
/// <param name="Amount">How much was reserved.</param>
/// <param name="CapturedMinor">How much of it was taken, in minor units; 0 until it is captured.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="ExpiresAt">When it ends by itself; null for never.</param>
/// <param name="CreatedAt">When it was placed.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Hold")]
public sealed record Hold(
    [property: Id(0)] Guid HoldId,
    [property: Id(1)] Guid WalletId,
    [property: Id(2)] Money Amount,
    [property: Id(3)] long CapturedMinor,
    [property: Id(4)] HoldStatus Status,
    [property: Id(5)] DateTimeOffset? ExpiresAt,
    [property: Id(6)] DateTimeOffset CreatedAt);

/// <summary>How far a hold has come.</summary>
public enum HoldStatus
{
    /// <summary>The money is reserved.</summary>
    Active = 1,

    /// <summary>Taken, in full or in part; the rest is available again.</summary>
    Captured = 2,

    /// <summary>Given up; all of it is available again.</summary>
    Released = 3,

    /// <summary>Its time was over; all of it is available again.</summary>
    Expired = 4,
}
