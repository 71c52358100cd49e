using WalletGrains.Journal.Activity;

namespace WalletGrains.Journal;

/// <summary>A moment of a commit of <see cref="MemoryJournal"/>.</summary>
public enum CommitPoint
{
    /// <summary>Nothing is written yet; an exception leaves it so.</summary>
    Before,

    /// <summary>It is written; an exception loses only the answer.</summary>
    After,
}

/// <summary>
/// Called around every commit of a <see cref="MemoryJournal"/>: it may wait, and throw one of the journal's exceptions to
/// stand for a fault.
/// </summary>
public delegate Task CommitInterceptor(CommitPoint point, Guid walletId);

/// <summary>
/// A journal in memory with the observable behaviour of <see cref="PostgresJournal"/>, for tests and simulations. Plain on
/// purpose: one lock, no batches, an append is decided by itself. It has no queue and so never says that it is overloaded.
/// </summary>
/// <param name="interceptor">Called around every commit.</param>
/// <param name="applied">Told of every decision at the moment it becomes durable, in the order of the commits.</param>
/// <param name="time">Its clock; without one nothing is in the future.</param>
public sealed class MemoryJournal(CommitInterceptor? interceptor = null, Action<WalletAppend>? applied = null, TimeProvider? time = null) : IJournal, IActivityLog
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, MemoryWallet> _wallets = [];
    private readonly Dictionary<Guid, TransferRow> _transfers = [];
    private readonly Dictionary<Guid, HoldRow> _holds = [];
    private readonly Dictionary<Guid, Task> _lastOfWallet = [];

    /// <summary>All entries in the order of their commits; the position of the first is 1.</summary>
    private readonly List<WalletEntry> _entries = [];

    /// <inheritdoc/>
    public Task<AppendStatus> AppendAsync(WalletAppend append)
    {
        AppendShape.Check(append);
        return CommitAsync(append.Head.WalletId, () => Append(append));
    }

    /// <inheritdoc/>
    public Task<bool> OpenAsync(WalletHead opening)
    {
        AppendShape.CheckOpening(opening);
        return CommitAsync(opening.WalletId, () =>
        {
            if (_wallets.ContainsKey(opening.WalletId))
            {
                return false;
            }

            StoredForm.Check(opening);
            _wallets.Add(opening.WalletId, new MemoryWallet(opening.Stored()));
            return true;
        });
    }

    /// <inheritdoc/>
    public Task<LoadedWallet?> LoadAsync(Guid walletId, IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken)
    {
        AppendShape.CheckAsked(requestIds);
        return ReadAsync(
            () => _wallets.TryGetValue(walletId, out var wallet)
                ? new LoadedWallet(
                    wallet.Head,
                    requestIds.Distinct().Where(wallet.Decisions.ContainsKey).ToDictionary(requestId => requestId, requestId => wallet.Decisions[requestId]))
                : null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<WalletHead?> FindHeadAsync(Guid walletId, CancellationToken cancellationToken) =>
        ReadAsync(() => _wallets.GetValueOrDefault(walletId)?.Head, cancellationToken);

    /// <inheritdoc/>
    public Task<StoredDecision?> FindDecisionAsync(Guid walletId, string requestId, CancellationToken cancellationToken) => ReadAsync(
        () => _wallets.GetValueOrDefault(walletId)?.Decisions.GetValueOrDefault(requestId), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<WalletEntry>> ReadEntriesAsync(EntryQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        AppendShape.CheckLimit(query.Limit, JournalLimits.MaxHistoryPage);
        return ReadAsync<IReadOnlyList<WalletEntry>>(
            () => _wallets.TryGetValue(query.WalletId, out var wallet)
                ? [.. (query.OldestFirst ? wallet.NewestFirst().Reverse() : wallet.NewestFirst())
                    .Where(entry => entry.Version < query.BeforeVersion && entry.Version > query.AfterVersion)
                    .Where(entry => query.Types is null || query.Types.Contains(entry.Type))
                    .Where(entry => query.From is null || entry.CreatedAt >= query.From.Value.Stored())
                    .Where(entry => query.To is null || entry.CreatedAt < query.To.Value.Stored())
                    .Take(query.Limit)]
                : [],
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<WalletEntry?> FindEntryAsync(Guid entryId, CancellationToken cancellationToken) => ReadAsync(
        () => _wallets.Values.SelectMany(wallet => wallet.NewestFirst()).FirstOrDefault(entry => entry.EntryId == entryId), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<WalletHead>> ReadHeadsOfOwnerAsync(Guid ownerId, Guid afterWalletId, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return ReadAsync<IReadOnlyList<WalletHead>>(
            () => [.. _wallets.Values
                .Select(wallet => wallet.Head)
                .Where(head => head.OwnerId == ownerId && head.WalletId.CompareTo(afterWalletId) > 0)
                .OrderBy(head => head.WalletId)
                .Take(limit)],
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<TransferRow?> FindTransferAsync(Guid transferId, CancellationToken cancellationToken) =>
        ReadAsync(() => _transfers.GetValueOrDefault(transferId), cancellationToken);

    /// <inheritdoc/>
    public Task<long> SumReversedAsync(Guid transferId, CancellationToken cancellationToken) => ReadAsync(
        () => _transfers.Values
            .Where(transfer => transfer.ReversesTransferId == transferId && transfer.State is (TransferState.Debited or TransferState.Completed))
            .Sum(transfer => transfer.AmountMinor),
        cancellationToken);

    /// <inheritdoc/>
    public Task<HoldRow?> FindHoldAsync(Guid holdId, CancellationToken cancellationToken) =>
        ReadAsync(() => _holds.GetValueOrDefault(holdId), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HoldRow>> ReadExpiredHoldsAsync(DateTimeOffset at, HoldRow? after, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return ReadAsync<IReadOnlyList<HoldRow>>(
            () => [.. _holds.Values
                .Where(hold => hold.State == HoldState.Active && hold.ExpiresAt <= at.Stored())
                .Where(hold => after is null || (hold.ExpiresAt!.Value, hold.HoldId).CompareTo((after.ExpiresAt!.Value, after.HoldId)) > 0)
                .OrderBy(hold => hold.ExpiresAt)
                .ThenBy(hold => hold.HoldId)
                .Take(limit)],
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TransferRow>> ReadUnfinishedTransfersAsync(DateTimeOffset before, TransferRow? after, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return ReadAsync<IReadOnlyList<TransferRow>>(
            () => [.. _transfers.Values
                .Where(transfer => transfer.State == TransferState.Debited && (transfer.UpdatedAt < before.Stored() || transfer.UpdatedAt > time?.Future()))
                .Where(transfer => after is null || (transfer.UpdatedAt, transfer.TransferId).CompareTo((after.UpdatedAt, after.TransferId)) > 0)
                .OrderBy(transfer => transfer.UpdatedAt)
                .ThenBy(transfer => transfer.TransferId)
                .Take(limit)],
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<long> FindEndAsync(CancellationToken cancellationToken) => ReadAsync(() => _entries.Count + 1L, cancellationToken);

    /// <inheritdoc/>
    public Task<ActivityPage> ReadAsync(ActivityQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Check();
        return ReadAsync(
            () =>
            {
                // An entry is a commit of its own here, and nothing is ever committed below the end.
                var (entries, next) = (new List<LoggedEntry>(), Math.Max(query.From, 1));
                for (; next <= _entries.Count && entries.Count < query.Limit; next++)
                {
                    var entry = _entries[(int)next - 1];
                    if (query.Has(entry.WalletId))
                    {
                        entries.Add(new LoggedEntry(entry.WalletId, entry.Version, entry.Content));
                    }
                }

                return new ActivityPage(query.From, next, entries);
            },
            cancellationToken);
    }

    private AppendStatus Append(WalletAppend append)
    {
        if (!_wallets.TryGetValue(append.Head.WalletId, out var wallet))
        {
            return AppendStatus.HeadMoved;
        }

        var expectedVersion = append.Head.Version - (append.Entry is null ? 0 : 1);
        if (append.Head.Revision - 1 != wallet.Head.Revision
            || expectedVersion != wallet.Head.Version
            || !append.PreviousHash.Span.SequenceEqual(wallet.Head.HeadHash.Span))
        {
            return AppendStatus.HeadMoved;
        }

        if (wallet.Decisions.ContainsKey(append.RequestId))
        {
            return AppendStatus.RequestIdTaken;
        }

        // Everything is checked before anything is written.
        StoredForm.Check(append);
        var transfer = append.Transfer is { } step ? Next(step.Stored()) : null;
        var hold = append.Hold?.Stored();
        if (hold is not null)
        {
            StoredForm.Check(hold, _holds.GetValueOrDefault(hold.HoldId));
            _holds[hold.HoldId] = hold;
        }

        if (wallet.Add(append) is { } entry)
        {
            _entries.Add(entry);
        }

        if (transfer is not null)
        {
            _transfers[transfer.TransferId] = transfer;
        }

        applied?.Invoke(append);
        return AppendStatus.Applied;
    }

    private TransferRow Next(TransferRow step)
    {
        var next = !_transfers.TryGetValue(step.TransferId, out var known) ? step : known with
        {
            State = step.State,
            FailureCode = step.FailureCode,
            UpdatedAt = step.UpdatedAt,
            DebitEntryId = known.DebitEntryId ?? step.DebitEntryId,
            CreditEntryId = known.CreditEntryId ?? step.CreditEntryId,
            RefundEntryId = known.RefundEntryId ?? step.RefundEntryId,
        };
        StoredForm.Check(next);
        return next;
    }

    private async Task<T> CommitAsync<T>(Guid walletId, Func<T> commit)
    {
        if (interceptor is null)
        {
            lock (_lock)
            {
                return commit();
            }
        }

        // The interceptor may wait; the appends of one wallet keep the order of the calls all the same.
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task previous;
        lock (_lock)
        {
            previous = _lastOfWallet.GetValueOrDefault(walletId, Task.CompletedTask);
            _lastOfWallet[walletId] = done.Task;
        }

        try
        {
            await previous;
            await interceptor(CommitPoint.Before, walletId);
            T result;
            lock (_lock)
            {
                result = commit();
            }

            await interceptor(CommitPoint.After, walletId);
            return result;
        }
        finally
        {
            done.SetResult();
        }
    }

    private Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(read());
        }
    }

    private sealed class MemoryWallet(WalletHead head)
    {
        private readonly List<WalletEntry> _entries = [];

        public WalletHead Head { get; private set; } = head;

        public Dictionary<string, StoredDecision> Decisions { get; } = [];

        public IEnumerable<WalletEntry> NewestFirst() => _entries.AsEnumerable().Reverse();

        /// <summary>Takes a decision; returns its entry as it is stored.</summary>
        public WalletEntry? Add(WalletAppend append)
        {
            var stored = append.Entry?.Stored();
            if (stored is not null)
            {
                _entries.Add(stored);
                Decisions.Add(stored.RequestId, new StoredDecision(stored, null));
            }
            else
            {
                Decisions.Add(append.RequestId, new StoredDecision(null, append.Refusal!.Stored()));
            }

            var head = append.Head.Stored();
            Head = head with { OwnerId = Head.OwnerId, Currency = Head.Currency, CreatedAt = Head.CreatedAt };
            return stored;
        }
    }
}
