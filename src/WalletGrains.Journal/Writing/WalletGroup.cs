namespace WalletGrains.Journal.Writing;

/// <summary>The appends of one wallet in one batch: a chain that moves the head once, and what does not continue it.</summary>
internal sealed class WalletGroup
{
    public Guid WalletId { get; private set; }

    /// <summary>Appends in which each expects the revision that the one before it leaves behind.</summary>
    public List<PendingAppend> Chain { get; } = [];

    /// <summary>Appends after the first that broke the chain; none of them can apply.</summary>
    public List<PendingAppend> Behind { get; } = [];

    public WalletHead Last => Chain[^1].Append.Head;

    public long ExpectedRevision => Chain[0].Append.Head.Revision - 1;

    public long ExpectedVersion => Chain[0].Append.ExpectedVersion();

    public ReadOnlyMemory<byte> ExpectedHash => Chain[0].Append.PreviousHash;

    public void Start(PendingAppend first)
    {
        WalletId = first.Append.Head.WalletId;
        Chain.Add(first);
    }

    /// <summary>Lets go of the appends, so that a group kept for reuse keeps no memory alive.</summary>
    public void Clear()
    {
        Chain.Clear();
        Behind.Clear();
    }
}

/// <summary>What an append says about the head it was decided on.</summary>
internal static class WalletAppendExtensions
{
    public static long ExpectedVersion(this WalletAppend append) => append.Head.Version - (append.Entry is null ? 0 : 1);

    /// <summary>Whether this append was decided on the head that <paramref name="previous"/> leaves behind.</summary>
    public static bool Continues(this WalletAppend append, WalletHead previous) =>
        append.Head.Revision - 1 == previous.Revision && append.ExpectedVersion() == previous.Version
        && append.PreviousHash.Span.SequenceEqual(previous.HeadHash.Span);
}
