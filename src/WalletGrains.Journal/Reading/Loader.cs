using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using NpgsqlTypes;

namespace WalletGrains.Journal.Reading;

/// <summary>
/// Loads wallets in batches: each loop takes the ids that wait and reads them in one query, so that thousands of wallets
/// that wake up together do not cost a round trip each.
/// </summary>
internal sealed partial class Loader : IAsyncDisposable
{
    private const string Sql = $"""
        select {RowReader.HeadColumns}, {RowReader.EntryColumns}
        from unnest($1) as wanted(wallet_id)
        join wallets w on w.wallet_id = wanted.wallet_id
        left join lateral (
            select * from entries n where n.wallet_id = w.wallet_id order by n.version desc limit $2
        ) e on true
        """;

    private readonly ReadConnections _connections;
    private readonly int _maxBatch;
    private readonly ILogger _logger;
    private readonly Channel<PendingLoad> _queue;
    private readonly Task[] _loops;
    private volatile bool _isStopping;

    public Loader(ReadConnections connections, JournalOptions options, ILogger logger)
    {
        (_connections, _maxBatch, _logger) = (connections, options.MaxLoadBatch, logger);
        _queue = Channel.CreateBounded<PendingLoad>(options.LoadQueue);
        _loops = [.. Enumerable.Range(0, options.Loaders).Select(_ => Task.Run(RunAsync))];
    }

    /// <summary>The wallet, as it was some time after this call; null when there is none.</summary>
    public Task<LoadedWallet?> LoadAsync(Guid walletId, CancellationToken cancellationToken)
    {
        var pending = new PendingLoad(walletId);
        if (_queue.Writer.TryWrite(pending))
        {
            return pending.Task.WaitAsync(cancellationToken);
        }

        return _isStopping
            ? Task.FromException<LoadedWallet?>(new JournalUnavailableException("The journal is shutting down."))
            : throw new JournalOverloadedException("Too many wallets wait to be loaded.");
    }

    /// <summary>Answers what is queued and stops; each query under way is bounded by the read time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        _queue.Writer.TryComplete();
        await Task.WhenAll(_loops);
    }

    private async Task RunAsync()
    {
        var batch = new List<PendingLoad>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < _maxBatch && _queue.Reader.TryRead(out var pending))
            {
                batch.Add(pending);
            }

            try
            {
                Answer(batch, await ReadAsync(batch));
            }
            catch (JournalUnavailableException exception)
            {
                Fail(batch, exception);
                RefuseQueued(exception);
            }
            catch (Exception exception)
            {
                // Nothing may end a loader: the wallets that wait for it would never wake up.
                LogUnexpected(_logger, exception);
                Fail(batch, new JournalUnavailableException("Loading failed in an unexpected way.", exception));
            }

            batch.Clear();
        }
    }

    private Task<Dictionary<Guid, LoadedWallet>> ReadAsync(List<PendingLoad> batch)
    {
        var walletIds = batch.Select(pending => pending.WalletId).Distinct().ToArray();
        return _connections.RunAsync(
            Sql,
            parameters =>
            {
                parameters.Add(new() { Value = walletIds, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
                parameters.Add(new() { Value = JournalLimits.RecentEntries });
            },
            async (row, cancellationToken) =>
            {
                var wallets = new Dictionary<Guid, (WalletHead Head, List<WalletEntry> Entries)>(walletIds.Length);
                while (await row.ReadAsync(cancellationToken))
                {
                    if (!wallets.TryGetValue(row.GetGuid(0), out var wallet))
                    {
                        wallet = (RowReader.Head(row), []);
                        wallets.Add(wallet.Head.WalletId, wallet);
                    }

                    if (!row.IsDBNull(RowReader.HeadColumnCount))
                    {
                        wallet.Entries.Add(RowReader.Entry(row, RowReader.HeadColumnCount));
                    }
                }

                return wallets.ToDictionary(pair => pair.Key, pair => NewestFirst(pair.Value.Head, pair.Value.Entries));
            },
            CancellationToken.None);
    }

    private static void Answer(List<PendingLoad> batch, Dictionary<Guid, LoadedWallet> wallets)
    {
        foreach (var pending in batch)
        {
            pending.SetResult(wallets.GetValueOrDefault(pending.WalletId));
        }
    }

    private static LoadedWallet NewestFirst(WalletHead head, List<WalletEntry> entries)
    {
        // The rows of a lateral join come in this order; SQL does not promise it.
        entries.Sort((left, right) => right.Version.CompareTo(left.Version));
        return new LoadedWallet(head, entries);
    }

    private void RefuseQueued(JournalUnavailableException exception)
    {
        for (var left = _queue.Reader.Count; left > 0 && _queue.Reader.TryRead(out var pending); left--)
        {
            pending.SetException(exception);
        }
    }

    private static void Fail(List<PendingLoad> batch, Exception exception)
    {
        foreach (var pending in batch)
        {
            pending.TrySetException(exception);
        }
    }

    private sealed class PendingLoad(Guid walletId) : TaskCompletionSource<LoadedWallet?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Guid WalletId { get; } = walletId;
    }
}
