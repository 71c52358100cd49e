namespace WalletGrains.Journal.Clocks;

/// <summary>
/// The time of the database, carried on by this process's own count of time. Whatever is stored has its time, on whichever silo it was decided: what the
/// machine calls the time of day may be wrong, and jump, and nothing notices. Timers and timestamps are the machine's.
/// </summary>
/// <remarks>
/// <para>There are three witnesses: the time of day of this machine, that of the database, and the time that has been counted here since they agreed. The database's is
/// believed when one of the other two agrees with it, and the third is told of. So a jump of this machine's clock changes nothing, however long it lasts.</para>
/// <para>When no two agree, or when both clocks went ahead further than a sleeping machine sleeps (<see cref="JournalLimits.LargestClockStep"/>), nobody knows the
/// time: <see cref="IsTrusted"/> says so, and then nothing may be decided. A wallet's entries are never older than the one before, so a single one from a wrong
/// future would bind its wallet, with its limits and holds, until that future has come.</para>
/// <para>Members may be called from many threads at once; <see cref="Take"/> by one at a time.</para>
/// </remarks>
public sealed class DatabaseClock(TimeProvider machine) : TimeProvider
{
    private volatile Reference? _reference;
    private volatile string? _doubt = "The time has not been compared with the database's yet.";
    private bool _wasTrusted;

    /// <summary>Whether the time is known, to <see cref="JournalLimits.MaxClockDifference"/>.</summary>
    public bool IsTrusted => _doubt is null;

    /// <summary>Why the time is not known; null when it is.</summary>
    public string? Doubt => _doubt;

    /// <summary>How much the machine's time of day was ahead of the time here when they were compared last.</summary>
    public TimeSpan MachineAhead { get; private set; }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => machine.TimestampFrequency;

    /// <summary>The machine's time of day before the first comparison, and never again.</summary>
    public override DateTimeOffset GetUtcNow() => _reference is { } reference ? At(reference, machine.GetTimestamp()) : machine.GetUtcNow();

    /// <inheritdoc/>
    public override long GetTimestamp() => machine.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    /// <summary>Compares the clocks.</summary>
    /// <param name="askDatabase">Asks the database for its time.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>False when the answer took so long that it says too little.</returns>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    public async Task<bool> CompareAsync(Func<CancellationToken, Task<DateTimeOffset>> askDatabase, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(askDatabase);
        var askedAt = machine.GetTimestamp();
        var answer = await askDatabase(cancellationToken);
        var (answeredAt, machineNow) = (machine.GetTimestamp(), machine.GetUtcNow());
        var trip = machine.GetElapsedTime(askedAt, answeredAt);
        if (trip > JournalLimits.LongestClockTrip)
        {
            return false;
        }

        // The database looked at its clock at some moment of the trip: in the middle of it, give or take half of it.
        Take(answer + (trip / 2), trip / 2, machineNow, answeredAt);
        return true;
    }

    private void Take(DateTimeOffset database, TimeSpan error, DateTimeOffset machineNow, long timestamp)
    {
        var counted = _wasTrusted ? At(_reference!, timestamp) : (DateTimeOffset?)null;
        var machineAgrees = Agree(machineNow, database);
        if (counted is { } expected && Agree(expected, database))
        {
            // As little as will do: an answer that was long on its way tells less than what is known already.
            Believe(expected < database - error ? database - error : expected > database + error ? database + error : expected, timestamp);
        }
        else if (machineAgrees && (counted is null || database - counted.Value <= JournalLimits.LargestClockStep))
        {
            // The first comparison; or the machine slept, or the clock of a machine that has the database as well was set.
            Believe(database, timestamp);
        }
        else
        {
            _reference ??= new Reference(database, timestamp);
            _doubt = machineAgrees
                ? $"This machine's clock and the database's went {database - counted:d\\.hh\\:mm\\:ss} ahead of the time that has passed; if they are right, start the host anew."
                : $"This machine's clock says {machineNow:u}, the database's {database:u}.";
        }

        MachineAhead = machineNow - At(_reference!, timestamp);
    }

    private void Believe(DateTimeOffset now, long timestamp)
    {
        (_reference, _wasTrusted) = (new Reference(now, timestamp), true);
        _doubt = null;
    }

    private DateTimeOffset At(Reference reference, long timestamp) => reference.Utc + machine.GetElapsedTime(reference.Timestamp, timestamp);

    private static bool Agree(DateTimeOffset one, DateTimeOffset other) => (one - other).Duration() <= JournalLimits.MaxClockDifference;

    private sealed record Reference(DateTimeOffset Utc, long Timestamp);
}
