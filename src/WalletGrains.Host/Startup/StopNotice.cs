namespace WalletGrains.Host.Startup;

/// <summary>
/// The time between the order to stop and the moment the server takes no more requests. In it /health/ready answers 503 and every other
/// request is served, each as the last one of its connection: load balancers and clients go elsewhere and nobody's request is cut.
/// </summary>
internal sealed partial class StopNotice(TimeSpan period, TimeProvider time, ILogger<StopNotice> logger) : IHostedLifecycleService
{
    private const string Setting = "Shutdown:NoticeSeconds";
    private const int DefaultSeconds = 3;

    /// <summary>Reads how long it is.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="environment">In Production three seconds are the default, elsewhere none: nobody waits for a developer's host to stop.</param>
    /// <param name="drainSeconds">The whole time that a stop may take. The notice is a part of it, and must leave time for what was begun.</param>
    /// <exception cref="StartupException">The setting is wrong.</exception>
    public static TimeSpan Read(IConfiguration configuration, IHostEnvironment environment, int drainSeconds)
    {
        var text = configuration[Setting];
        var seconds = environment.IsProduction() ? Math.Min(DefaultSeconds, drainSeconds - 1) : 0;
        if (!string.IsNullOrEmpty(text) && !int.TryParse(text, out seconds))
        {
            seconds = -1;
        }

        return seconds >= 0 && seconds < drainSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new StartupException($"{Setting} is '{text}'; it must be a whole number from 0 to below Actors:DrainSeconds, which is {drainSeconds}.");
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        LogStopping(logger, period);
        await Task.Delay(period, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(4051, LogLevel.Information, "The host was told to stop: it is not ready any more, and takes no more requests in {Period}")]
    private static partial void LogStopping(ILogger logger, TimeSpan period);
}
