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

    private static void CheckLimit(int limit)
    {
        if (limit is < 1 or > Limits.MaxPageSize)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A page has 1 to {Limits.MaxPageSize} rows.");
        }
    }
}
