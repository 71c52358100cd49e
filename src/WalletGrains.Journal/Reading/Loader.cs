using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Reading;

/// <summary>
/// Loads wallets in batches: each loop takes the ids that wait and reads them in one query, so that thousands of wallets
/// that wake up together do not cost a round trip each.
/// </summary>
internal sealed partial class Loader : IAsyncDisposable
{
    // Lateral with a limit leaves the planner one order only, what is wanted first.
    private const string Sql = $"""
        select {RowReader.HeadColumns}, wanted.request_id, {RowReader.EntryColumns}, {RowReader.RefusalColumns}
        from unnest($1, $2) as wanted(wallet_id, request_id)
        join wallets w on w.wallet_id = wanted.wallet_id
        left join lateral (
            select * from entries n where n.wallet_id = w.wallet_id and n.request_id = wanted.request_id limit 1) e on true
        left join lateral (
            select * from refusals n where n.wallet_id = w.wallet_id and n.request_id = wanted.request_id limit 1) r on true
        """;

    private const int RequestIdColumn = RowReader.HeadColumnCount;
    private const int FirstEntryColumn = RequestIdColumn + 1;
    private const int FirstRefusalColumn = FirstEntryColumn + RowReader.EntryColumnCount;

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
    public Task<LoadedWallet?> LoadAsync(Guid walletId, IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken)
    {
        var pending = new PendingLoad(walletId, requestIds);
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
        // A load that asks for no request id wants its head row all the same.
        var wanted = batch
            .SelectMany(pending => pending.RequestIds.Count == 0 ? [(pending.WalletId, null)] : pending.RequestIds.Select(id => (pending.WalletId, (string?)id)))
            .Distinct()
            .ToArray();
        return _connections.RunAsync(
            Sql,
            parameters =>
            {
                parameters.Add(new() { Value = Array.ConvertAll(wanted, one => one.WalletId), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
                parameters.Add(new() { Value = Array.ConvertAll(wanted, one => one.Item2), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            },
            async (row, cancellationToken) =>
            {
                var wallets = new Dictionary<Guid, LoadedWallet>(batch.Count);
                while (await row.ReadAsync(cancellationToken))
                {
                    if (!wallets.TryGetValue(row.GetGuid(0), out var wallet))
                    {
                        wallet = new LoadedWallet(RowReader.Head(row), new Dictionary<string, StoredDecision>());
                        wallets.Add(wallet.Head.WalletId, wallet);
                    }

                    if (Decision(row) is { } decision)
                    {
                        ((Dictionary<string, StoredDecision>)wallet.Decisions).Add(row.GetString(RequestIdColumn), decision);
                    }
                }

                return wallets;
            },
            CancellationToken.None);
    }

    private static StoredDecision? Decision(NpgsqlDataReader row) =>
        !row.IsDBNull(FirstEntryColumn) ? new StoredDecision(RowReader.Entry(row, FirstEntryColumn), null)
        : !row.IsDBNull(FirstRefusalColumn) ? new StoredDecision(null, RowReader.Refusal(row, FirstRefusalColumn))
        : null;

    private static void Answer(List<PendingLoad> batch, Dictionary<Guid, LoadedWallet> wallets)
    {
        foreach (var pending in batch)
        {
            pending.SetResult(wallets.GetValueOrDefault(pending.WalletId));
        }
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

    private sealed class PendingLoad(Guid walletId, IReadOnlyCollection<string> requestIds)
        : TaskCompletionSource<LoadedWallet?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Guid WalletId { get; } = walletId;

        public IReadOnlyCollection<string> RequestIds { get; } = requestIds;
    }
}
