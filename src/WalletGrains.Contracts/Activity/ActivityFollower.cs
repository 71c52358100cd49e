namespace WalletGrains.Contracts.Activity;

/// <summary>
/// Follows one partition without gaps and repeats. It takes the batches of messages as long as each begins where the last one
/// ended; when one is missing it reads from its own position on, and what it has seen it ignores. Not for use from several
/// threads at once: one call after another.
/// </summary>
/// <param name="partitions">How many partitions there are for this one; batches of another division of the wallets are none of its.</param>
/// <param name="position">Where to begin: everything below was taken into account.</param>
public sealed class ActivityFollower(int partitions, long position)
{
    private ActivityBatch? _heard;
    private long _end = position;

    /// <summary>Everything below this position was taken.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Whether a message has told of more than was taken.</summary>
    public bool IsBehind => _end > Position;

    /// <summary>Hears of a batch by a message; false when it is of another division of the wallets.</summary>
    public bool Hear(ActivityBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Partitions != partitions)
        {
            return false;
        }

        _end = Math.Max(_end, batch.To);

        // One that ends here tells that nothing has happened: it must not stand for what comes later.
        if (batch.From == Position && batch.To > Position)
        {
            _heard = batch;
        }

        return true;
    }

    /// <summary>Has the next advance read, whether a message told of something or not: for when none has come for a while.</summary>
    public void Look() => _end = Math.Max(_end, Position + 1);

    /// <summary>Takes the next batch, if there is one: the one it heard of when that fits, else one that is read.</summary>
    /// <param name="read">Reads the batch that begins at this position.</param>
    /// <param name="take">Takes a batch into account. When it throws, the batch is not taken, and comes again.</param>
    /// <returns>Whether there is more to take.</returns>
    public async Task<bool> AdvanceAsync(Func<long, Task<ActivityBatch>> read, Func<ActivityBatch, Task> take)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(take);
        if (!IsBehind)
        {
            return false;
        }

        var batch = _heard is { Events: not null } heard && heard.From == Position ? heard : await read(Position);
        if (batch.Events is null || batch.From != Position || batch.Partitions != partitions)
        {
            throw new InvalidOperationException(
                $"The batch of one of {batch.Partitions} partitions from {batch.From} does not go on at {Position} of one of {partitions}.");
        }

        if (batch.To > Position)
        {
            await take(batch);
            (Position, _heard) = (batch.To, null);
            return IsBehind;
        }

        // Nothing can be read yet of what the message told, or nothing is there: the next message comes.
        _end = Position;
        return false;
    }
}
