using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>What a silo logs.</summary>
internal sealed partial class SiloLog(ILogger logger)
{
    private readonly ILogger _logger = logger;

    [LoggerMessage(1, LogLevel.Information, "Silo {Address} started with {Classes} grain classes")]
    public partial void Started(SiloAddress address, int classes);

    [LoggerMessage(2, LogLevel.Warning, "Stopped without waiting for {Activations} activations")]
    public partial void StoppedHastily(int activations);

    [LoggerMessage(3, LogLevel.Debug, "{Call} failed")]
    public partial void CallFailed(Call call, Exception failure);

    [LoggerMessage(4, LogLevel.Error, "Activation of {Grain} failed")]
    public partial void ActivationFailed(GrainId grain, Exception failure);

    [LoggerMessage(5, LogLevel.Error, "Deactivation of {Grain} failed; the activation is gone all the same")]
    public partial void DeactivationFailed(GrainId grain, Exception failure);

    [LoggerMessage(6, LogLevel.Warning, "A timer tick of {Grain} failed; the timer goes on")]
    public partial void TimerTickFailed(GrainId grain, Exception failure);

    [LoggerMessage(7, LogLevel.Error, "The reminder {Reminder} of {Grain} failed; the next tick comes as usual")]
    public partial void ReminderFailed(string reminder, GrainId grain, Exception failure);

    [LoggerMessage(8, LogLevel.Error, "The reminder table cannot be read; reminders go on as known")]
    public partial void ReminderTableUnreadable(Exception failure);

    [LoggerMessage(9, LogLevel.Warning, "Delivery {Attempt} of {Stream} to {Grain} failed")]
    public partial void DeliveryFailed(StreamId stream, GrainId grain, int attempt, Exception failure);

    [LoggerMessage(10, LogLevel.Error, "An event of {Stream} was given up for {Grain} after {Attempts} deliveries")]
    public partial void DeliveryGivenUp(StreamId stream, GrainId grain, int attempts, Exception failure);

    [LoggerMessage(11, LogLevel.Warning, "{Grain} got an event of {Stream} but has no handler for it; the event is dropped")]
    public partial void NoStreamHandler(StreamId stream, GrainId grain);

    [LoggerMessage(12, LogLevel.Warning, "A notification to {Observer} failed")]
    public partial void NotificationFailed(GrainId observer, Exception failure);
}
