using WalletGrains.Contracts.Activity;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Activity;

/// <summary>A consumer in its activation: messages and a timer take turns in it.</summary>
internal sealed class ConsumerActivation
{
    private readonly ActivityConsumer _consumer;
    private readonly IGrainTimer _timer;
    private readonly Action? _moved;

    /// <param name="grain">The grain.</param>
    /// <param name="consumer">What it does.</param>
    /// <param name="moved">Called whenever effects may have been written.</param>
    public ConsumerActivation(Grain grain, ActivityConsumer consumer, Action? moved = null)
    {
        (_consumer, _moved) = (consumer, moved);
        _timer = grain.RegisterGrainTimer(
            GoOnAsync, new GrainTimerCreationOptions(GrainLimits.ConsumerSilence, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    public async Task HearAsync(ActivityBatch batch)
    {
        await _consumer.HearAsync(batch);
        _timer.Change(_consumer.NextDue, Timeout.InfiniteTimeSpan);
        _moved?.Invoke();
    }

    /// <summary>Writes what waits; what cannot be written is made again by the next activation.</summary>
    public async Task EndAsync()
    {
        try
        {
            await _consumer.WriteAsync();
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException)
        {
            // Nothing is lost but time.
        }
    }

    private async Task GoOnAsync(CancellationToken cancellationToken)
    {
        await _consumer.GoOnAsync();
        _timer.Change(_consumer.NextDue, Timeout.InfiniteTimeSpan);
        _moved?.Invoke();
    }
}
