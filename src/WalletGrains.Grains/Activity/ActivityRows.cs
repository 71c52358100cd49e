using WalletGrains.Contracts.Activity;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Grains.Activity;

/// <summary>Pages of the journal as batches.</summary>
internal static class ActivityRows
{
    public static ActivityBatch ToBatch(int partition, ActivityPage page) => new(partition, page.From, page.To, page.Entries.Select(ToEvent).ToList());

    public static ActivityEvent ToEvent(WalletEntry row)
    {
        try
        {
            return new ActivityEvent(row.WalletId, row.Version, EntryContent.Decode(row.Content));
        }
        catch (FormatException)
        {
            // Whoever follows decides what becomes of it; its neighbours go on.
            return new ActivityEvent(row.WalletId, row.Version, null);
        }
    }
}
