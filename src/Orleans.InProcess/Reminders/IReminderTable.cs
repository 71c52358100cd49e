using Orleans.Runtime;

namespace Orleans;

/// <summary>The durable table of reminders; a port.</summary>
public interface IReminderTable
{
    /// <summary>Called once before any other method.</summary>
    Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    Task<ReminderTableData> ReadRows(GrainId grainId);

    /// <summary>
    /// The rows whose grain has a <see cref="GrainId.GetUniformHashCode"/> above <paramref name="begin"/> and up to
    /// <paramref name="end"/>; around the end of the ring if <paramref name="begin"/> is not below <paramref name="end"/>, so (0, 0) is all.
    /// </summary>
    Task<ReminderTableData> ReadRows(uint begin, uint end);

    Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName);

    /// <returns>The new version of the row.</returns>
    Task<string?> UpsertRow(ReminderEntry entry);

    /// <returns>False if there is no such row with this version.</returns>
    Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag);

    Task TestOnlyClearTable();

    Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
}

/// <summary>Rows of the reminder table.</summary>
public sealed class ReminderTableData
{
    public ReminderTableData()
        : this([])
    {
    }

    public ReminderTableData(ReminderEntry entry)
        : this([entry])
    {
    }

    public ReminderTableData(IEnumerable<ReminderEntry> list) => Reminders = [.. list];

    public IList<ReminderEntry> Reminders { get; }
}

/// <summary>A row of the reminder table.</summary>
public sealed class ReminderEntry
{
    public GrainId GrainId { get; set; }

    public string ReminderName { get; set; } = null!;

    /// <summary>The time of the first tick, in UTC; the others follow at multiples of <see cref="Period"/>.</summary>
    public DateTime StartAt { get; set; }

    public TimeSpan Period { get; set; }

    /// <summary>The version of the row.</summary>
    public string? ETag { get; set; }

    public override string ToString() => $"<GrainId={GrainId} ReminderName={ReminderName} Period={Period}>";
}
