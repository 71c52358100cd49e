namespace WalletGrains.Journal.Writing;

/// <summary>
/// Arranges appends by wallet, so that consecutive appends of one wallet become one move of its head row.
/// Used by one lane at a time and reused from batch to batch.
/// </summary>
internal sealed class AppendBatch
{
    private static readonly Comparison<WalletGroup> ByWalletId = (left, right) => left.WalletId.CompareTo(right.WalletId);

    private readonly List<WalletGroup> _groups = [];
    private readonly Stack<WalletGroup> _spare = [];
    private readonly Dictionary<Guid, WalletGroup> _byWallet = [];
    private readonly HashSet<(Guid, string)> _requestIds = [];

    /// <summary>In order of wallet id: every silo locks head rows in the same order, so batches cannot deadlock.</summary>
    public IReadOnlyList<WalletGroup> Groups => _groups;

    /// <summary>Arranges <paramref name="appends"/>, which are in the order of the calls.</summary>
    public void Arrange(ReadOnlySpan<PendingAppend> appends)
    {
        Clear();
        foreach (var pending in appends)
        {
            // A request id that comes twice would violate the unique key and fail the neighbours with it.
            pending.IsRepeated = !_requestIds.Add((pending.Append.Head.WalletId, pending.Append.RequestId));
            if (!_byWallet.TryGetValue(pending.Append.Head.WalletId, out var group))
            {
                Add(pending);
            }
            else if (group.Behind.Count == 0 && !pending.IsRepeated && pending.Append.Continues(group.Last))
            {
                group.Chain.Add(pending);
            }
            else
            {
                group.Behind.Add(pending);
            }
        }

        _groups.Sort(ByWalletId);
    }

    /// <summary>
    /// Gives every append its status. Returns, in the order of the calls, those that would apply without the taken request
    /// id behind them: a duplicate in the middle of a busy wallet must not throw its predecessors back to their callers.
    /// </summary>
    public PendingAppend[] Settle(AppendAnswer answer)
    {
        if (answer.Moved is null)
        {
            foreach (var group in _groups)
            {
                SettleMoved(group);
            }

            return [];
        }

        var moved = answer.Moved.ToHashSet();
        var taken = answer.TakenWallets.Zip(answer.TakenRequestIds).ToHashSet();
        List<PendingAppend> again = [];
        foreach (var group in _groups)
        {
            if (moved.Contains(group.WalletId))
            {
                SettleMoved(group);
            }
            else
            {
                SettleUnmoved(group, taken, again);
            }
        }

        return again.ToArray();
    }

    private static void SettleMoved(WalletGroup group)
    {
        foreach (var pending in group.Chain)
        {
            pending.Status = AppendStatus.Applied;
        }

        foreach (var pending in group.Behind)
        {
            pending.Status = pending.IsRepeated && group.Chain.Exists(applied => applied.Append.RequestId == pending.Append.RequestId)
                ? AppendStatus.RequestIdTaken
                : AppendStatus.HeadMoved;
        }
    }

    private static void SettleUnmoved(WalletGroup group, HashSet<(Guid, string)> taken, List<PendingAppend> again)
    {
        var firstTaken = group.Chain.FindIndex(pending => taken.Contains((group.WalletId, pending.Append.RequestId)));
        for (var i = 0; i < group.Chain.Count; i++)
        {
            var pending = group.Chain[i];
            if (i < firstTaken)
            {
                again.Add(pending);
            }

            pending.Status = taken.Contains((group.WalletId, pending.Append.RequestId)) ? AppendStatus.RequestIdTaken : AppendStatus.HeadMoved;
        }

        foreach (var pending in group.Behind)
        {
            pending.Status = AppendStatus.HeadMoved;
        }
    }

    private void Add(PendingAppend first)
    {
        if (!_spare.TryPop(out var group))
        {
            group = new WalletGroup();
        }

        group.Start(first);
        _groups.Add(group);
        _byWallet.Add(group.WalletId, group);
    }

    /// <summary>Lets go of the appends.</summary>
    public void Clear()
    {
        foreach (var group in _groups)
        {
            group.Clear();
            _spare.Push(group);
        }

        _groups.Clear();
        _byWallet.Clear();
        _requestIds.Clear();
    }
}
