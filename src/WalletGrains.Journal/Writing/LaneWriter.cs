using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Journal.Writing;

/// <summary>
/// Decides every item of a batch: writes it, isolates what the database refuses, and says what is unknown. Owns the lane's
/// connection and reconnects when it has to.
/// </summary>
internal sealed partial class LaneWriter(
    int lane, NpgsqlDataSource dataSource, JournalOptions options, JournalMetrics metrics, RecentCommits? recent, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private readonly AppendBatch _batch = new();
    private LaneConnection? _connection;
    private long _brokenSince;

    /// <summary>The last attempt to connect failed, less than the breaker's period ago.</summary>
    public bool IsBroken => LastFailure is not null && time.GetElapsedTime(_brokenSince) < options.BreakerPeriod;

    /// <summary>Why the last attempt to connect failed; null when it did not.</summary>
    public Exception? LastFailure { get; private set; }

    /// <summary>Gives every item a result or an error. Openings go first: an append queued after them may need them.</summary>
    public async Task WriteAsync(List<PendingOpening> openings, List<PendingAppend> appends, CancellationToken stop)
    {
        if (openings.Count > 0)
        {
            await WriteAsync<PendingOpening>(openings.ToArray(), OpenAsync, stop);
        }

        if (appends.Count > 0)
        {
            await WriteAsync<PendingAppend>(appends.ToArray(), AppendAsync, stop);
        }
    }

    public ValueTask DisposeAsync() => DropConnectionAsync();

    /// <summary>
    /// Writes items in one transaction. <paramref name="write"/> returns those that have to be written again without their
    /// neighbours. When the database refuses a row, the first half is written and then the second half, and so on until the
    /// refused one is alone; the order of one wallet's appends stays as it was.
    /// </summary>
    private async Task WriteAsync<T>(
        ReadOnlyMemory<T> items, Func<LaneConnection, ReadOnlyMemory<T>, CancellationToken, Task<T[]>> write, CancellationToken stop)
        where T : LaneItem
    {
        var attempt = 1;
        while (items.Length > 0)
        {
            if (await ConnectAsync(stop) is not { } connection)
            {
                Fail(items, new JournalUnavailableException("The database is away; nothing was written.", LastFailure));
                return;
            }

            var startedAt = time.GetTimestamp();
            using var span = JournalTracing.StartCommit(lane, items.Span, attempt);
            try
            {
                var again = await write(connection, items, stop);
                metrics.Committed(items.Length - again.Length, time.GetElapsedTime(startedAt));
                (items, attempt) = (again, 1);
            }
            catch (Exception exception)
            {
                // Everything is caught: the statement was handed over, so every error has to become an answer.
                var failure = exception.Classify();
                span?.SetStatus(ActivityStatusCode.Error, failure.ToString());
                if (failure == CommitFailure.TryAgain && attempt < options.CommitAttempts)
                {
                    LogRetried(logger, exception, lane, attempt);
                    attempt++;
                    continue;
                }

                if (failure != CommitFailure.RowRefused)
                {
                    await GiveUpAsync(items, failure, exception);
                    return;
                }

                if (exception is not PostgresException)
                {
                    // Npgsql stopped between two parameters and would take up the others where it left them.
                    await DropConnectionAsync();
                }

                if (items.Length == 1)
                {
                    LogRejected(logger, exception, lane);
                    Fail(items, new JournalRejectedException("The database refused the row: " + exception.Message, exception));
                    return;
                }

                await WriteAsync(items[..(items.Length / 2)], write, stop);
                items = items[(items.Length / 2)..];
            }
        }
    }

    private static async Task<PendingOpening[]> OpenAsync(LaneConnection connection, ReadOnlyMemory<PendingOpening> openings, CancellationToken stop)
    {
        // Of two openings of one wallet in one batch the first creates it; the database would take either.
        var first = new SortedDictionary<Guid, PendingOpening>();
        foreach (var opening in openings.Span)
        {
            first.TryAdd(opening.Head.WalletId, opening);
        }

        var created = await connection.Open.ExecuteAsync(first.Values.Select(opening => opening.Head), stop);
        foreach (var opening in openings.Span)
        {
            opening.Created = created.Contains(opening.Head.WalletId) && first[opening.Head.WalletId] == opening;
        }

        return [];
    }

    private async Task<PendingAppend[]> AppendAsync(LaneConnection connection, ReadOnlyMemory<PendingAppend> appends, CancellationToken stop)
    {
        _batch.Arrange(appends.Span);
        AppendAnswer answer;
        try
        {
            answer = await connection.Append.ExecuteAsync(_batch, askForAll: false, stop);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.RestrictViolation)
        {
            // A request id of long ago came back and the batch was rolled back, by the unique key or, where it had placed a hold
            // that has ended since, by the rule that it stays so, whichever the server came to first: now find out which.
            answer = await connection.Append.ExecuteAsync(_batch, askForAll: true, stop);
        }

        var again = _batch.Settle(answer);
        _batch.Clear();
        if (answer.Position is { } position)
        {
            recent?.Add(new RecentCommit(position, Entered(appends.Span)));
        }

        LogFencedIn(appends.Span, again.Length);
        return again;
    }

    /// <summary>The entries of those that were applied.</summary>
    private static WalletEntry[] Entered(ReadOnlySpan<PendingAppend> appends)
    {
        var entered = new WalletEntry[appends.Length];
        var count = 0;
        foreach (var pending in appends)
        {
            if (pending.Status is AppendStatus.Applied && pending.Append.Entry is { } entry)
            {
                entered[count++] = entry;
            }
        }

        return count == entered.Length ? entered : entered[..count];
    }

    /// <summary>Tells of the appends whose wallets have moved on since they were decided. Those written again count as such so far.</summary>
    private void LogFencedIn(ReadOnlySpan<PendingAppend> appends, int again)
    {
        if (!logger.IsEnabled(LogLevel.Debug))
        {
            return;
        }

        var fenced = -again;
        foreach (var append in appends)
        {
            fenced += append.Status is AppendStatus.HeadMoved ? 1 : 0;
        }

        if (fenced > 0)
        {
            LogFenced(logger, lane, fenced);
        }
    }

    private async Task<LaneConnection?> ConnectAsync(CancellationToken stop)
    {
        if (_connection is not null || IsBroken || stop.IsCancellationRequested)
        {
            return _connection;
        }

        using var timeout = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            _connection = await LaneConnection.ConnectAsync(dataSource, options, time, either.Token);
            recent?.Clear();
            if (LastFailure is not null)
            {
                LogConnected(logger, lane);
            }

            LastFailure = null;
        }
        catch (Exception exception)
        {
            // Whatever it is, nothing was sent.
            LogConnectFailed(logger, exception, lane);
            (LastFailure, _brokenSince) = (exception, time.GetTimestamp());
        }

        return _connection;
    }

    private async Task GiveUpAsync<T>(ReadOnlyMemory<T> items, CommitFailure failure, Exception exception)
        where T : LaneItem
    {
        if (failure == CommitFailure.OutcomeUnknown)
        {
            LogOutcomeUnknown(logger, exception, lane, items.Length);
            Fail(items, new JournalOutcomeUnknownException("The answer to a commit was lost; its outcome is unknown.", exception));
        }
        else
        {
            LogRolledBack(logger, exception, lane, items.Length);
            Fail(items, new JournalUnavailableException("The database cannot write now; nothing was written.", exception));
        }

        // A new connection also heals a session that lost its prepared statements.
        await DropConnectionAsync();
        if (failure == CommitFailure.WrongServer)
        {
            dataSource.Clear();
        }
    }

    private async ValueTask DropConnectionAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    private static void Fail<T>(ReadOnlyMemory<T> items, Exception error)
        where T : LaneItem
    {
        foreach (var item in items.Span)
        {
            item.Error = error;
        }
    }
}
