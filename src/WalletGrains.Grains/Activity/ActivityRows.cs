using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Grains.Activity;

/// <summary>Pages of the journal as batches.</summary>
internal static class ActivityRows
{
    public static ActivityBatch ToBatch(ActivityQuery query, ActivityPage page) => new(
        query.Partition, query.Partitions, page.From, page.To, ToEvents(page.Entries));

    public static ActivityEvent ToEvent(WalletEntry row) => ToEvent(row.WalletId, row.Version, row.Content);

    private static List<ActivityEvent> ToEvents(IReadOnlyList<LoggedEntry> entries)
    {
        var events = new List<ActivityEvent>(entries.Count);
        foreach (var entry in entries)
        {
            events.Add(entry.Source is Entry source
                ? new ActivityEvent(entry.WalletId, entry.Version, source)
                : ToEvent(entry.WalletId, entry.Version, entry.Content));
        }

        return events;
    }

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
