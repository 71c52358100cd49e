namespace WalletGrains.Journal;

/// <summary>Settings of <see cref="PostgresJournal"/>; the defaults suit one silo of a few cores.</summary>
public sealed record JournalOptions
{
    /// <summary>Lanes: connections that commit in parallel. A wallet always uses the same one.</summary>
    public int Lanes { get; init; } = 2;

    /// <summary>Appends of one commit at most.</summary>
    public int MaxBatchAppends { get; init; } = 1024;

    /// <summary>Bytes of one commit at most, estimated; a single append may be larger and then goes alone.</summary>
    public int MaxBatchBytes { get; init; } = 1024 * 1024;

    /// <summary>Appends that may wait in one lane; beyond it the caller gets <see cref="JournalOverloadedException"/>.</summary>
    public int QueuePerLane { get; init; } = 8 * 1024;

    /// <summary>How long PostgreSQL may work at one commit before it gives up, for example behind a table lock; then nothing was written.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait for the answer of one commit; then its outcome is unknown. Longer than <see cref="StatementTimeout"/>.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long connecting and preparing may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>After a failed connection everything is refused at once for so long, before the next attempt.</summary>
    public TimeSpan BreakerPeriod { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Attempts at one commit that the database rolled back for a deadlock or a serialization failure.</summary>
    public int CommitAttempts { get; init; } = 3;

    /// <summary>How long a disposed journal still commits what was queued.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Loops that load wallets; each uses one connection while it reads.</summary>
    public int Loaders { get; init; } = 2;

    /// <summary>Wallets of one load query at most.</summary>
    public int MaxLoadBatch { get; init; } = 128;

    /// <summary>Loads that may wait; beyond it the caller gets <see cref="JournalOverloadedException"/>.</summary>
    public int LoadQueue { get; init; } = 64 * 1024;

    /// <summary>Connections that all other reads may use at the same time.</summary>
    public int ReadConnections { get; init; } = 8;

    /// <summary>How long one read may take, the wait for its connection included.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Throws <see cref="ArgumentException"/> that names the setting when one is out of range or two contradict each other.</summary>
    public void Validate()
    {
        InRange(Lanes, 1, 64, nameof(Lanes));
        InRange(MaxBatchAppends, 1, 65_536, nameof(MaxBatchAppends));
        InRange(MaxBatchBytes, 1024, 64 * 1024 * 1024, nameof(MaxBatchBytes));
        InRange(QueuePerLane, 1, 1024 * 1024, nameof(QueuePerLane));
        InRange(CommitAttempts, 1, 100, nameof(CommitAttempts));
        InRange(Loaders, 1, 16, nameof(Loaders));
        InRange(MaxLoadBatch, 1, 4096, nameof(MaxLoadBatch));
        InRange(LoadQueue, 1, 1024 * 1024, nameof(LoadQueue));
        InRange(ReadConnections, 1, 256, nameof(ReadConnections));
        WholeSeconds(CommandTimeout, nameof(CommandTimeout));
        WholeSeconds(ReadTimeout, nameof(ReadTimeout));
        Positive(StatementTimeout, nameof(StatementTimeout));
        Positive(ConnectTimeout, nameof(ConnectTimeout));
        Positive(BreakerPeriod, nameof(BreakerPeriod));
        Positive(DrainTimeout, nameof(DrainTimeout));
        if (CommandTimeout <= StatementTimeout)
        {
            // The other way round every slow commit would have an unknown outcome instead of a definite one.
            throw new ArgumentException($"Journal:{nameof(CommandTimeout)} ({CommandTimeout}) must be longer than Journal:{nameof(StatementTimeout)} ({StatementTimeout}).");
        }
    }

    private static void InRange(int value, int min, int max, string name)
    {
        if (value < min || value > max)
        {
            throw new ArgumentException($"Journal:{name} is {value}; it must be between {min} and {max}.");
        }
    }

    private static void Positive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value > TimeSpan.FromHours(1))
        {
            throw new ArgumentException($"Journal:{name} is {value}; it must be above 0 and at most 1 hour.");
        }
    }

    // Npgsql's command time-out counts whole seconds.
    private static void WholeSeconds(TimeSpan value, string name)
    {
        Positive(value, name);
        if (value < TimeSpan.FromSeconds(1) || value.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw new ArgumentException($"Journal:{name} is {value}; it must be a whole number of seconds.");
        }
    }
}
