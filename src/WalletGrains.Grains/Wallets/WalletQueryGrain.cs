using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <summary>Reads of wallets straight from the journal. A stateless worker: every silo has its own, and calls do not wait for one another.</summary>
[StatelessWorker]
[Reentrant]
public sealed class WalletQueryGrain(IJournal journal) : Grain, IWalletQueryGrain
{
    /// <inheritdoc />
    public async Task<Page<Entry>> GetHistoryAsync(HistoryQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit);

        // One more than asked for tells whether there is a next page.
        var rows = await Outage.GuardAsync(() => journal.ReadEntriesAsync(
            new EntryQuery(
                query.WalletId,
                query.BeforeVersion ?? long.MaxValue,
                query.Limit + 1,
                query.Type is { } type ? [EntryTypes.NameOf(type)] : EntryTypes.TransactionNames,
                query.From,
                query.To),
            CancellationToken.None));
        var entries = rows.Take(query.Limit).Select(row => EntryContent.Decode(row.Content)).ToList();
        return new Page<Entry>(entries, rows.Count > query.Limit);
    }

    /// <inheritdoc />
    public async Task<Page<Entry>> GetEntriesAfterAsync(Guid walletId, long afterVersion, int limit)
    {
        CheckLimit(limit);
        var rows = await Outage.GuardAsync(() => journal.ReadEntriesAsync(
            new EntryQuery(walletId, long.MaxValue, limit + 1, AfterVersion: afterVersion, OldestFirst: true),
            CancellationToken.None));
        return new Page<Entry>([.. rows.Take(limit).Select(row => EntryContent.Decode(row.Content))], rows.Count > limit);
    }

    /// <inheritdoc />
    public async Task<PastWallet?> GetAtVersionAsync(Guid walletId, long version)
    {
        if (version < 0 || await FindHeadAsync(walletId) is not { } head || version > head.Version)
        {
            return null;
        }

        return await AfterNewestAsync(head, new EntryQuery(walletId, version + 1, 1));
    }

    /// <inheritdoc />
    public async Task<PastWallet?> GetAtTimeAsync(Guid walletId, DateTimeOffset at) =>
        await FindHeadAsync(walletId) is { } head && head.CreatedAt <= at
            ? await AfterNewestAsync(head, UpTo(walletId, at))
            : null;

    /// <inheritdoc />
    public async Task<Statement?> GetStatementAsync(Guid walletId, DateTimeOffset? from, DateTimeOffset? to)
    {
        if (await FindHeadAsync(walletId) is not { } head)
        {
            return null;
        }

        var opening = from is null ? AsOpened(head) : await AfterNewestAsync(head, new EntryQuery(walletId, long.MaxValue, 1, To: from));
        var closing = await AfterNewestAsync(head, new EntryQuery(walletId, long.MaxValue, 1, To: to));
        return new Statement(opening, closing);
    }

    /// <inheritdoc />
    public async Task<Page<Entry>> ReadStatementAsync(Statement statement, EntryType? type, long? afterVersion)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var rows = await Outage.GuardAsync(() => journal.ReadEntriesAsync(
            new EntryQuery(
                statement.Closing.WalletId,
                statement.Closing.Version + 1,
                Limits.MaxPageSize + 1,
                type is { } wanted ? [EntryTypes.NameOf(wanted)] : EntryTypes.TransactionNames,
                AfterVersion: afterVersion ?? statement.Opening.Version,
                OldestFirst: true),
            CancellationToken.None));
        var entries = rows.Take(Limits.MaxPageSize).Select(row => EntryContent.Decode(row.Content)).ToList();
        return new Page<Entry>(entries, rows.Count > Limits.MaxPageSize);
    }

    /// <inheritdoc />
    public async Task<Entry?> FindEntryAsync(Guid entryId)
    {
        var row = await Outage.GuardAsync(() => journal.FindEntryAsync(entryId, CancellationToken.None));
        return row is null ? null : EntryContent.Decode(row.Content);
    }

    /// <inheritdoc />
    public async Task<Hold?> FindHoldAsync(Guid holdId)
    {
        var row = await Outage.GuardAsync(() => journal.FindHoldAsync(holdId, CancellationToken.None));
        return row is null ? null : WalletRows.ToHold(row);
    }

    /// <inheritdoc />
    public async Task<Page<Wallet>> GetWalletsOfOwnerAsync(Guid ownerId, Guid? afterWalletId, int limit)
    {
        CheckLimit(limit);
        var heads = await Outage.GuardAsync(() =>
            journal.ReadHeadsOfOwnerAsync(ownerId, afterWalletId ?? Guid.Empty, limit + 1, CancellationToken.None));
        var wallets = heads.Take(limit).Select(head => WalletRows.ToWallet(WalletRows.ToState(head))).ToList();
        return new Page<Wallet>(wallets, heads.Count > limit);
    }

    private Task<WalletHead?> FindHeadAsync(Guid walletId) => Outage.GuardAsync(() => journal.FindHeadAsync(walletId, CancellationToken.None));

    /// <summary>The wallet after the newest entry that the query finds; as it was opened when it finds none.</summary>
    private async Task<PastWallet> AfterNewestAsync(WalletHead head, EntryQuery query)
    {
        var rows = await Outage.GuardAsync(() => journal.ReadEntriesAsync(query, CancellationToken.None));
        if (rows.Count == 0)
        {
            return AsOpened(head);
        }

        var entry = EntryContent.Decode(rows[0].Content);
        return AsOpened(head) with
        {
            BalanceMinor = entry.BalanceAfterMinor,
            HeldMinor = entry.HeldAfterMinor,
            Status = entry.StatusAfter,
            Version = entry.Version,
            UpdatedAt = entry.CreatedAt,
        };
    }

    private static PastWallet AsOpened(WalletHead head) => new(
        head.WalletId, head.OwnerId, Currency.Parse(head.Currency), 0, 0, WalletStatus.Open, 0, head.CreatedAt, head.CreatedAt);

    /// <summary>The newest entry at or before a time. Stored times are whole microseconds: the next one ends the stretch.</summary>
    private static EntryQuery UpTo(Guid walletId, DateTimeOffset at) =>
        new(walletId, long.MaxValue, 1, To: at >= DateTimeOffset.MaxValue.AddTicks(-TimeSpan.TicksPerMicrosecond) ? null : at.AddTicks(TimeSpan.TicksPerMicrosecond));

    private static void CheckLimit(int limit)
    {
        if (limit is < 1 or > Limits.MaxPageSize)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A page has 1 to {Limits.MaxPageSize} rows.");
        }
    }
}
