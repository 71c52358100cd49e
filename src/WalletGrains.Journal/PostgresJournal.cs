using Microsoft.Extensions.Logging;
using Npgsql;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal;

/// <summary>
/// The journal in PostgreSQL. Appends go through a few lanes, each of which commits everything that waits for it in one
/// statement and one transaction; reads use their own, bounded number of connections.
/// </summary>
/// <remarks>The database must have been migrated (<see cref="Migrations"/>). The data source stays the caller's to dispose,
/// after the journal.</remarks>
public sealed class PostgresJournal : IJournal, IAsyncDisposable
{
    private readonly Lane[] _lanes;
    private readonly JournalMetrics _metrics = new();
    private readonly Loader _loader;
    private readonly JournalReads _reads;
    private readonly ReadConnections _loadConnections;
    private readonly ReadConnections _readConnections;
    private volatile bool _isStopping;

    /// <summary>Starts the lanes; they connect with their first append.</summary>
    /// <param name="dataSource">The migrated database.</param>
    /// <param name="options">The settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where outages are told of.</param>
    /// <param name="commits">Set with every commit; null where nobody waits for it.</param>
    /// <param name="recent">Gets every commit; null where nobody takes it from there.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public PostgresJournal(
        NpgsqlDataSource dataSource,
        JournalOptions options,
        TimeProvider time,
        ILogger<PostgresJournal> logger,
        CommitSignal? commits = null,
        RecentCommits? recent = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _lanes = [.. Enumerable.Range(0, options.Lanes).Select(number => new Lane(number, dataSource, options, _metrics, commits, recent, time, logger))];
        _loadConnections = new ReadConnections(dataSource, options.Loaders, options, time);
        _readConnections = new ReadConnections(dataSource, options.ReadConnections, options, time);
        _loader = new Loader(_loadConnections, options, logger);
        _reads = new JournalReads(_readConnections);
    }

    /// <summary>How full the fullest lane's queue is, 0 to 1. At 1 callers are refused.</summary>
    public double QueueFill => _lanes.Max(lane => lane.QueueFill);

    /// <inheritdoc/>
    public Task<AppendStatus> AppendAsync(WalletAppend append)
    {
        AppendShape.Check(append);
        var pending = new PendingAppend(append);
        return Enqueue(append.Head.WalletId, pending) ? pending.Task : Task.FromException<AppendStatus>(Stopping());
    }

    /// <inheritdoc/>
    public Task<bool> OpenAsync(WalletHead opening)
    {
        AppendShape.CheckOpening(opening);
        var pending = new PendingOpening(opening);
        return Enqueue(opening.WalletId, pending) ? pending.Task : Task.FromException<bool>(Stopping());
    }

    /// <inheritdoc/>
    public Task<LoadedWallet?> LoadAsync(Guid walletId, IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken)
    {
        AppendShape.CheckAsked(requestIds);
        return _loader.LoadAsync(walletId, requestIds, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<WalletHead?> FindHeadAsync(Guid walletId, CancellationToken cancellationToken) => _reads.FindHeadAsync(walletId, cancellationToken);

    /// <inheritdoc/>
    public Task<StoredDecision?> FindDecisionAsync(Guid walletId, string requestId, CancellationToken cancellationToken) =>
        _reads.FindDecisionAsync(walletId, requestId, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<WalletEntry>> ReadEntriesAsync(EntryQuery query, CancellationToken cancellationToken) =>
        _reads.ReadEntriesAsync(query, cancellationToken);

    /// <inheritdoc/>
    public Task<WalletEntry?> FindEntryAsync(Guid entryId, CancellationToken cancellationToken) => _reads.FindEntryAsync(entryId, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<WalletHead>> ReadHeadsOfOwnerAsync(Guid ownerId, Guid afterWalletId, int limit, CancellationToken cancellationToken) =>
        _reads.ReadHeadsOfOwnerAsync(ownerId, afterWalletId, limit, cancellationToken);

    /// <inheritdoc/>
    public Task<TransferRow?> FindTransferAsync(Guid transferId, CancellationToken cancellationToken) =>
        _reads.FindTransferAsync(transferId, cancellationToken);

    /// <inheritdoc/>
    public Task<long> SumReversedAsync(Guid transferId, CancellationToken cancellationToken) =>
        _reads.SumReversedAsync(transferId, cancellationToken);

    /// <inheritdoc/>
    public Task<HoldRow?> FindHoldAsync(Guid holdId, CancellationToken cancellationToken) => _reads.FindHoldAsync(holdId, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HoldRow>> ReadExpiredHoldsAsync(DateTimeOffset at, HoldRow? after, int limit, CancellationToken cancellationToken) =>
        _reads.ReadExpiredHoldsAsync(at, after, limit, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TransferRow>> ReadUnfinishedTransfersAsync(DateTimeOffset before, TransferRow? after, int limit, CancellationToken cancellationToken) =>
        _reads.ReadUnfinishedTransfersAsync(before, after, limit, cancellationToken);

    /// <summary>Accepts nothing more, commits what is queued within the drain time-out, and closes the lanes' connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isStopping)
        {
            return;
        }

        _isStopping = true;
        await Task.WhenAll(_lanes.Select(lane => lane.DisposeAsync().AsTask()));
        await _loader.DisposeAsync();
        await _loadConnections.DisposeAsync();
        await _readConnections.DisposeAsync();
        _metrics.Dispose();
    }

    /// <summary>True when the item is queued, false when the journal is stopping.</summary>
    private bool Enqueue(Guid walletId, LaneItem item)
    {
        // One wallet, one lane: its appends are committed in the order of the calls.
        var lane = _lanes[unchecked((uint)walletId.GetHashCode()) % (uint)_lanes.Length];
        if (lane.TryEnqueue(item))
        {
            return true;
        }

        return _isStopping ? false : throw new JournalOverloadedException("Too many appends wait for their commit.");
    }

    private static JournalUnavailableException Stopping() => new("The journal is shutting down; nothing was written.");
}
