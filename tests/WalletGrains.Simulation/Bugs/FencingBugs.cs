using WalletGrains.Journal;

namespace WalletGrains.Simulation.Bugs;

/// <summary>The head row moves whatever revision and hash its writer has seen: the last writer wins.</summary>
internal sealed class NoVersionCheck : PlantedBug
{
    public override IJournal TamperDatabase(IJournal durable) => new Unfenced(durable);

    private sealed class Unfenced(IJournal durable) : JournalDecorator(durable)
    {
        public override async Task<AppendStatus> AppendAsync(WalletAppend append)
        {
            var status = await Inner.AppendAsync(append);
            while (status is AppendStatus.HeadMoved && await Inner.FindHeadAsync(append.Head.WalletId, CancellationToken.None) is { } stored)
            {
                status = await Inner.AppendAsync(append.On(stored));
            }

            return status;
        }
    }
}

/// <summary>Appends as other writers would have made them.</summary>
internal static class Rewriting
{
    /// <summary>The same decision, as if it had been made on this head.</summary>
    public static WalletAppend On(this WalletAppend append, WalletHead stored)
    {
        var version = stored.Version + (append.Entry is null ? 0 : 1);
        var head = append.Head with { Version = version, Revision = stored.Revision + 1 };
        return append.Entry is { } entry
            ? new WalletAppend(head, stored.HeadHash, entry with { Version = version }, append.Transfer, append.Hold)
            : new WalletAppend(head with { HeadHash = stored.HeadHash }, append.Refusal!, append.Transfer);
    }

    /// <summary>The same decision under another request id.</summary>
    public static WalletAppend Under(this WalletAppend append, string requestId) => append.Entry is { } entry
        ? new WalletAppend(append.Head, append.PreviousHash, entry with { RequestId = requestId }, append.Transfer, append.Hold)
        : new WalletAppend(append.Head, append.Refusal! with { RequestId = requestId }, append.Transfer);
}
