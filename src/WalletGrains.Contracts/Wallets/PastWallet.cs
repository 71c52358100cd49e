namespace WalletGrains.Contracts.Wallets;

/// <summary>A wallet as it was after one of its entries.</summary>
/// <param name="WalletId">Its id.</param>
/// <param name="OwnerId">The user it belongs to; null when it belongs to none.</param>
/// <param name="Currency">Its currency.</param>
/// <param name="BalanceMinor">Balance in minor units.</param>
/// <param name="HeldMinor">The part of the balance that was held.</param>
/// <param name="Status">Its phase.</param>
/// <param name="Version">Number of its entries.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="UpdatedAt">Time of that entry, or of the opening.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.PastWallet")]
public sealed record PastWallet(
    [property: Id(0)] Guid WalletId,
    [property: Id(1)] Guid? OwnerId,
    [property: Id(2)] Currency Currency,
    [property: Id(3)] long BalanceMinor,
    [property: Id(4)] long HeldMinor,
    [property: Id(5)] WalletStatus Status,
    [property: Id(6)] long Version,
    [property: Id(7)] DateTimeOffset CreatedAt,
    [property: Id(8)] DateTimeOffset UpdatedAt);

/// <summary>
/// The frame of a statement: what a wallet had before and after a stretch of its history. The stretch is fixed by versions, so
/// a statement stays whole while the wallet goes on.
/// </summary>
/// <param name="Opening">The wallet before the first entry of the stretch.</param>
/// <param name="Closing">The wallet after the last one.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Statement")]
public sealed record Statement([property: Id(0)] PastWallet Opening, [property: Id(1)] PastWallet Closing)
{
    /// <summary>How many entries are between the two, those that concern no money included.</summary>
    public long EntryCount => Closing.Version - Opening.Version;
}
