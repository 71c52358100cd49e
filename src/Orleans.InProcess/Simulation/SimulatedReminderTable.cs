using Orleans.Runtime;

namespace Orleans.InProcess.Simulation;

/// <summary>Who rings the reminders of a simulated cluster. A change is noticed when silos read the table again.</summary>
/// <remarks>No counterpart in Orleans, where each silo always rings a part of them.</remarks>
public enum ReminderRinging
{
    /// <summary>Each silo those of a part of the grains.</summary>
    ByOne,

    /// <summary>No silo: ticks are missed.</summary>
    ByNobody,

    /// <summary>Every silo: ticks are repeated.</summary>
    ByAll,
}

/// <summary>The reminder table as one silo sees it: only what it has to ring.</summary>
internal sealed class SimulatedReminderTable(MemoryReminderTable table, Func<GrainId, bool> rings) : IReminderTable
{
    public Task<ReminderTableData> ReadRows(GrainId grainId) => table.ReadRows(grainId);

    public async Task<ReminderTableData> ReadRows(uint begin, uint end) =>
        new((await table.ReadRows(begin, end)).Reminders.Where(row => rings(row.GrainId)));

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => table.ReadRow(grainId, reminderName);

    public Task<string?> UpsertRow(ReminderEntry entry) => table.UpsertRow(entry);

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => table.RemoveRow(grainId, reminderName, eTag);

    public Task TestOnlyClearTable() => table.TestOnlyClearTable();
}
