using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.InProcess;

/// <summary>Rings the reminders of the table. The table is the truth; what is here is a copy with timers, renewed periodically.</summary>
internal sealed class ReminderService(InProcessSilo silo, IReminderTable table) : IReminderRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(GrainId, string), Reminder> _reminders = [];
    private readonly SystemTurns _turns = new(silo.Scheduler);
    private ITimer? _refresh;
    private bool _stopped;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await table.StartAsync(cancellationToken);
        await RefreshAsync();
        var period = silo.Options.RefreshReminderListPeriod;
        _refresh = silo.Time.CreateTimer(_ => _turns.Run(TryRefreshAsync), null, period, period);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _refresh?.Dispose();
        lock (_gate)
        {
            _stopped = true;
            foreach (var reminder in _reminders.Values)
                reminder.Dispose();

            _reminders.Clear();
        }

        await table.StopAsync(cancellationToken);
    }

    public async Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reminderName);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
        if (period < silo.Options.MinimumReminderPeriod)
        {
            throw new ArgumentException(
                $"The period {period} of reminder {reminderName} is below the minimum of {silo.Options.MinimumReminderPeriod}.", nameof(period));
        }

        var entry = new ReminderEntry
        {
            GrainId = callingGrainId,
            ReminderName = reminderName,
            StartAt = silo.Time.GetUtcNow().UtcDateTime + dueTime,
            Period = period,
        };
        entry.ETag = await table.UpsertRow(entry)
            ?? throw new ReminderException($"The reminder table did not take {entry}; another write came in between.");
        Set(entry, isNew: true);
        return new ReminderData(reminderName, entry.ETag);
    }

    public async Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        if (!await table.RemoveRow(callingGrainId, reminder.ReminderName, ((ReminderData)reminder).ETag))
            throw new ReminderException($"The reminder {reminder.ReminderName} of {callingGrainId} is gone or was changed.");

        Remove((callingGrainId, reminder.ReminderName));
    }

    public async Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName) =>
        await table.ReadRow(callingGrainId, reminderName) is { } entry ? ToReminder(entry) : null;

    public async Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId) =>
        [.. (await table.ReadRows(callingGrainId)).Reminders.Select(ToReminder)];

    private static IGrainReminder ToReminder(ReminderEntry entry) => new ReminderData(entry.ReminderName, entry.ETag ?? "");

    private async Task TryRefreshAsync()
    {
        try
        {
            await RefreshAsync();
        }
        catch (Exception failure)
        {
            silo.Log.ReminderTableUnreadable(failure);
        }
    }

    private async Task RefreshAsync()
    {
        (GrainId, string)[] known;
        lock (_gate)
            known = [.. _reminders.Keys];

        var rows = (await table.ReadRows(0, 0)).Reminders;
        foreach (var gone in known.Except(rows.Select(row => (row.GrainId, row.ReminderName))))
            Remove(gone);

        foreach (var row in rows)
            Set(row, isNew: false);
    }

    private void Set(ReminderEntry entry, bool isNew)
    {
        var key = (entry.GrainId, entry.ReminderName);
        lock (_gate)
        {
            if (_stopped || (_reminders.TryGetValue(key, out var known) && known.ETag == entry.ETag))
                return;

            known?.Dispose();
            _reminders[key] = new Reminder(silo, entry, isNew);
        }
    }

    private void Remove((GrainId, string) key)
    {
        lock (_gate)
        {
            if (_reminders.Remove(key, out var reminder))
                reminder.Dispose();
        }
    }

    private sealed record ReminderData(string ReminderName, string ETag) : IGrainReminder;
}
