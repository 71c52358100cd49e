using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WalletGrains.Api.Auth;

/// <summary>Keeps <see cref="LiveCredentials"/> fresh while the front door is open.</summary>
internal sealed partial class CredentialWatch(LiveCredentials credentials, TimeProvider time, ILogger<CredentialWatch> logger) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads once before the server listens, so that the first request is judged and not turned away.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (!await TryRefreshAsync(cancellationToken) && time.GetElapsedTime(began) < ApiLimits.CredentialsCount)
        {
            await Task.Delay(RetryDelay, time, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ApiLimits.CredentialsPeriod, time);
        var wasFresh = true;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var isFresh = await TryRefreshAsync(stoppingToken) || credentials.Count;
            if (isFresh != wasFresh)
            {
                wasFresh = isFresh;
                (isFresh ? (Action<ILogger>)LogFresh : LogStale)(logger);
            }
        }
    }

    private async Task<bool> TryRefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await credentials.RefreshAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it is, the next second tries again; how long that may go on is the credentials' own business.
            LogMissed(logger, e);
            return false;
        }
    }

    [LoggerMessage(3201, LogLevel.Debug, "Which sessions have ended and which keys are in force could not be read")]
    private static partial void LogMissed(ILogger logger, Exception exception);

    [LoggerMessage(3202, LogLevel.Warning, "Which sessions have ended and which keys are in force is not known for too long; requests with credentials get 503, and nothing is pushed")]
    private static partial void LogStale(ILogger logger);

    [LoggerMessage(3203, LogLevel.Information, "Which sessions have ended and which keys are in force is known again")]
    private static partial void LogFresh(ILogger logger);
}
