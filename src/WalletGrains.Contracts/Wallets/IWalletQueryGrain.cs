namespace WalletGrains.Contracts.Wallets;

/// <summary>
/// Reads of wallets that need no wallet's turn: lists and history, straight from the journal. Key 0; every silo answers
/// its own callers.
/// </summary>
[Alias("walletgrains.IWalletQueryGrain")]
public interface IWalletQueryGrain : IGrainWithIntegerKey
{
    /// <summary>A page of a wallet's entries, newest first.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("GetHistory")]
    Task<Page<Entry>> GetHistoryAsync(HistoryQuery query);

    /// <summary>A page of all entries of a wallet that follow a version, oldest first; also of those that concern no money.</summary>
    /// <param name="walletId">The wallet.</param>
    /// <param name="afterVersion">Only entries with a higher version; 0 for all.</param>
    /// <param name="limit">At most so many, 1 to <see cref="Limits.MaxPageSize"/>.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("GetEntriesAfter")]
    Task<Page<Entry>> GetEntriesAfterAsync(Guid walletId, long afterVersion, int limit);

    /// <summary>A wallet as it was after its entry with this version; 0 is the opening. Null when there is no such wallet or version.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("GetAtVersion")]
    Task<PastWallet?> GetAtVersionAsync(Guid walletId, long version);

    /// <summary>
    /// A wallet as it was at this time: after its newest entry that was decided then or before. Null when there is no such
    /// wallet, or when it was opened later.
    /// </summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("GetAtTime")]
    Task<PastWallet?> GetAtTimeAsync(Guid walletId, DateTimeOffset at);

    /// <summary>What a statement of a wallet begins and ends with; null when there is no such wallet.</summary>
    /// <param name="walletId">The wallet.</param>
    /// <param name="from">Only entries at or after this time; null for the whole beginning.</param>
    /// <param name="to">Only entries before this time; null for all that there is now.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("GetStatement")]
    Task<Statement?> GetStatementAsync(Guid walletId, DateTimeOffset? from, DateTimeOffset? to);

    /// <summary>A page of a statement's transactions, oldest first.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="type">Only transactions of this type; null for all.</param>
    /// <param name="afterVersion">The version that the page before ended with; null for the first page.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("ReadStatement")]
    Task<Page<Entry>> ReadStatementAsync(Statement statement, EntryType? type, long? afterVersion);

    /// <summary>The entry with this id; null when there is none.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("FindEntry")]
    Task<Entry?> FindEntryAsync(Guid entryId);

    /// <summary>The hold with this id; null when there is none.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("FindHold")]
    Task<Hold?> FindHoldAsync(Guid holdId);

    /// <summary>A page of the wallets of one owner, in order of their ids, which is the order they were opened in.</summary>
    /// <param name="ownerId">The owner.</param>
    /// <param name="afterWalletId">The last wallet of the page before; null for the first page.</param>
    /// <param name="limit">At most so many, up to <see cref="Limits.MaxPageSize"/>.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("GetWalletsOfOwner")]
    Task<Page<Wallet>> GetWalletsOfOwnerAsync(Guid ownerId, Guid? afterWalletId, int limit);
}

/// <summary>A page and whether there is another one behind it.</summary>
/// <param name="Items">The rows.</param>
/// <param name="HasMore">More rows follow the last one.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Page`1")]
public sealed record Page<T>([property: Id(0)] IReadOnlyList<T> Items, [property: Id(1)] bool HasMore);

/// <summary>Which transactions of a wallet to read. Entries that concern no money are not among them.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="BeforeVersion">Only entries with a lower version; null for the newest page.</param>
/// <param name="Limit">At most so many, 1 to <see cref="Limits.MaxPageSize"/>.</param>
/// <param name="Type">Only entries of this type.</param>
/// <param name="From">Only entries at or after this time.</param>
/// <param name="To">Only entries before this time.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.HistoryQuery")]
public sealed record HistoryQuery(
    [property: Id(0)] Guid WalletId,
    [property: Id(1)] long? BeforeVersion,
    [property: Id(2)] int Limit,
    [property: Id(3)] EntryType? Type = null,
    [property: Id(4)] DateTimeOffset? From = null,
    [property: Id(5)] DateTimeOffset? To = null);
