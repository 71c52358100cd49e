using WalletGrains.Contracts.Activity;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Grains.Activity;

/// <summary>Pages of the journal as batches.</summary>
internal static class ActivityRows
{
    public static ActivityBatch ToBatch(ActivityQuery query, ActivityPage page) => new(
        query.Partition, query.Partitions, page.From, page.To, page.Entries.Select(entry => ToEvent(entry.WalletId, entry.Version, entry.Content)).ToList());

    public static ActivityEvent ToEvent(WalletEntry row) => ToEvent(row.WalletId, row.Version, row.Content);

    private static ActivityEvent ToEvent(Guid walletId, long version, ReadOnlyMemory<byte> content)
    {
        try
        {
            return new ActivityEvent(walletId, version, EntryContent.Decode(content));
        }
        catch (FormatException)
        {
            // Whoever follows decides what becomes of it; its neighbours go on.
            return new ActivityEvent(walletId, version, null);
        }
    }
}
