using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Grains.Wallets;

/// <content>No caller waits longer than the deadline, whatever the journal does.</content>
internal sealed partial class WalletPipeline
{
    // In the order they came, which is the order of their deadlines.
    private readonly Queue<PendingCommand> _byDeadline = new();
    private bool _isWatching;

    private void Watch(PendingCommand pending)
    {
        _byDeadline.Enqueue(pending);
        if (!_isWatching)
        {
            _isWatching = true;
            _ = WatchAsync();
        }
    }

    /// <summary>
    /// Lets go of commands that were answered in time, so that an idle wallet keeps none of them in memory, and a busy one not many more than are pending:
    /// all that were answered go when they are most of what is kept, behind one that waits long. Each is looked at twice at most, on average.
    /// </summary>
    private void ForgetAnswered()
    {
        while (_byDeadline.TryPeek(out var oldest) && oldest.IsAnswered)
        {
            _byDeadline.Dequeue();
        }

        if (_byDeadline.Count > (2 * _pending.Count) + GrainLimits.AnsweredKept)
        {
            for (var left = _byDeadline.Count; left > 0; left--)
            {
                if (_byDeadline.Dequeue() is { IsAnswered: false } waiting)
                {
                    _byDeadline.Enqueue(waiting);
                }
            }
        }
    }

    /// <summary>Commands that are kept for their deadlines.</summary>
    internal int Watched => _byDeadline.Count;

    private async Task WatchAsync()
    {
        try
        {
            while (_byDeadline.TryPeek(out var oldest))
            {
                if (!oldest.IsAnswered && TimeLeft(oldest) is var left && left > TimeSpan.Zero)
                {
                    await deadlines.WaitAsync(left);
                }
                else
                {
                    _byDeadline.Dequeue();
                    Expire(oldest);
                }
            }
        }
        finally
        {
            // Whatever ends it, the next command begins to watch again.
            _isWatching = false;
        }
    }

    private void Expire(PendingCommand pending)
    {
        if (pending.IsAnswered)
        {
            return;
        }

        if (pending.IsInFlight)
        {
            // It stays pending until the append has landed.
            pending.Answer(new WalletOutcome.NotDecided(NotDecidedReason.OutcomeUnknown));
            return;
        }

        _undecided.Remove(pending);
        AnswerUndecided(pending, NotDecidedReason.Unavailable);
    }

    private long DeadlineFromNow() => time.GetTimestamp() + (long)(Limits.DecisionDeadline.TotalSeconds * time.TimestampFrequency);

    private TimeSpan TimeLeft(PendingCommand pending) => time.GetElapsedTime(time.GetTimestamp(), pending.Deadline);
}
