using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.Jobs;

namespace WalletGrains.Host.Startup;

/// <summary>
/// Makes sure that jobs and relays have their reminders, at every start, and again as time is counted here: reminders go by the time of day of the
/// machine that has them, and one that was registered, or reckoned, while that was a wrong one may not ring for a year.
/// </summary>
internal sealed partial class PeriodicWorkStart(
    IGrainFactory grains, ActivityOptions activity, JobKinds jobs, TimeProvider time, ILogger<PeriodicWorkStart> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    /// <summary>How long a wrong clock may keep work from being done.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when all of it was started once.</summary>
    public Task Started => _started.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await StartAllAsync(stoppingToken);
            _started.TrySetResult();
            await Task.Delay(Period, time, stoppingToken);
        }
    }

    private async Task StartAllAsync(CancellationToken stoppingToken)
    {
        foreach (var kind in jobs.All)
        {
            await StartAsync($"the jobs of kind {kind.Name}", () => grains.GetGrain<IJobGrain>(kind.Name).StartAsync(), stoppingToken);
        }

        for (var partition = 0; partition < activity.Partitions; partition++)
        {
            var relay = grains.GetGrain<IJournalRelayGrain>(partition);
            await StartAsync("the relay of the journal", relay.StartAsync, stoppingToken);
        }
    }

    private async Task StartAsync(string work, Func<Task> start, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await start();
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Whatever it is, the silo and its database are only just starting; the host must not go on without the work.
                LogPostponed(logger, e, work);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(4003, LogLevel.Warning, "Could not start {Work} yet")]
    private static partial void LogPostponed(ILogger logger, Exception exception, string work);
}
