using WalletGrains.Api.Audit;
using WalletGrains.Journal;
using WalletGrains.Journal.Audit;

namespace WalletGrains.Host.Audit;

/// <summary>
/// Stores what the front door kept of requests, in batches. A stop of the host waits until everything is stored: the server has
/// answered its last request by then.
/// </summary>
internal sealed partial class AuditWriter(AuditQueue queue, PostgresApiAudit audit, TimeProvider time, ILogger<AuditWriter> logger) : IHostedService, IDisposable
{
    private readonly List<AuditRecord> _batch = [];
    private readonly CancellationTokenSource _noMoreRequests = new();
    private readonly CancellationTokenSource _giveUp = new();
    private Task _loop = Task.CompletedTask;
    private Task _sums = Task.CompletedTask;

    /// <summary>When requests were last found to be missing; long ago when none ever was.</summary>
    public DateTimeOffset LostAt { get; private set; } = DateTimeOffset.MinValue;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Task.Run(RunAsync, CancellationToken.None);
        _sums = Task.Run(SumUpAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A limit of its own: what is left of the host's may be nothing after a long drain, and this takes milliseconds.
        await _noMoreRequests.CancelAsync();
        await _sums;
        SumUp();
        queue.Complete();
        _giveUp.CancelAfter(AuditLimits.DrainTimeout);
        await _loop;
    }

    public void Dispose()
    {
        _noMoreRequests.Dispose();
        _giveUp.Dispose();
    }

    private async Task RunAsync()
    {
        while (await queue.Reader.WaitToReadAsync())
        {
            if (queue.Reader.Count < AuditLimits.MaxBatch && !_noMoreRequests.IsCancellationRequested)
            {
                await Task.Delay(AuditLimits.Linger, time, _noMoreRequests.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            while (_batch.Count < AuditLimits.MaxBatch && queue.Reader.TryRead(out var record))
            {
                _batch.Add(record);
            }

            await StoreAsync(_batch);
            _batch.Clear();
            if (queue.TakeLost() is > 0 and var lost)
            {
                LostAt = time.GetUtcNow();
                LogLost(logger, lost);
            }
        }
    }

    /// <summary>Has the refused requests stored that are summed up, now and then. The last of them are the stop's.</summary>
    private async Task SumUpAsync()
    {
        while (!_noMoreRequests.IsCancellationRequested)
        {
            await Task.Delay(AuditLimits.SumPeriod, time, _noMoreRequests.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            SumUp();
        }
    }

    private void SumUp()
    {
        if (queue.AddFloods() is > 0 and var requests)
        {
            LogSummedUp(logger, requests);
        }
    }

    /// <summary>Stores records, or gives up those that cannot be.</summary>
    private async Task StoreAsync(List<AuditRecord> records)
    {
        var rows = records.Select(AuditRows.Of).ToList();
        var startedAt = time.GetTimestamp();
        for (var delay = AuditLimits.FirstRetryDelay; ; delay *= 2)
        {
            try
            {
                await audit.WriteAsync(rows, _giveUp.Token);
                records.ForEach(queue.Stored);
                return;
            }
            catch (JournalRejectedException e) when (records.Count > 1)
            {
                // Halves, until the row that is not acceptable is alone.
                LogSplit(logger, e, records.Count);
                await StoreAsync([.. records.Take(records.Count / 2)]);
                await StoreAsync([.. records.Skip(records.Count / 2)]);
                return;
            }
            catch (JournalRejectedException e)
            {
                LogRefused(logger, e, records[0].AuditId);
                queue.Lost(records[0], "refused");
                return;
            }
            catch (Exception e)
            {
                // Whatever it is, the loop must go on: without it every later record would be lost.
                if (_giveUp.IsCancellationRequested || time.GetElapsedTime(startedAt) + delay > AuditLimits.RetryBudget)
                {
                    LogGivenUp(logger, e, records.Count);
                    records.ForEach(record => queue.Lost(record, "database"));
                    return;
                }

                LogRetried(logger, e.GetBaseException().Message, records.Count);
            }

            delay = delay > AuditLimits.MaxRetryDelay ? AuditLimits.MaxRetryDelay : delay;
            await Task.Delay(delay, time, _giveUp.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
