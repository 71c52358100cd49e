namespace WalletGrains.Host.Tests.Actors;

/// <summary>One reminder, reached through the statements of the reminder provider.</summary>
internal sealed record ReminderRow(ActorDatabase Database, string Service = "service")
{
    public static readonly DateTime Start = new(2026, 3, 1, 12, 30, 15, DateTimeKind.Utc);

    public string Grain { get; init; } = "recovery/0";

    public string Name { get; init; } = "wake";

    public int Hash { get; init; } = 100;

    public object Period { get; init; } = 60_000;

    public Task<int> UpsertAsync() => Database.ScalarAsync<int>("UpsertReminderRowKey",
        ("ServiceId", Service), ("GrainHash", Hash), ("GrainId", Grain), ("ReminderName", Name), ("StartTime", Start), ("Period", Period));

    public async Task<Row?> ReadAsync() =>
        (await Database.RowsAsync("ReadReminderRowKey", ("ServiceId", Service), ("GrainId", Grain), ("ReminderName", Name))).SingleOrDefault();

    public async Task<bool> DeleteAsync(int version) =>
        await Database.ScalarAsync<int>("DeleteReminderRowKey",
            ("ServiceId", Service), ("GrainId", Grain), ("ReminderName", Name), ("Version", version)) > 0;
}
