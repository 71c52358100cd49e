using System.Globalization;
using Npgsql;

namespace WalletGrains.Host.Actors;

/// <summary>
/// Reminders in OrleansRemindersTable, so they outlive the process. The Orleans runtime reads the same rows; only the hash by
/// which its silos share the grains out is another one, and is put right when a grain registers its reminder again.
/// </summary>
internal sealed class PostgresReminderTable(StoredStatements statements, string serviceId) : IReminderTable
{
    public async Task<ReminderTableData> ReadRows(GrainId grainId)
    {
        await using var command = await CommandAsync("ReadReminderRowsKey");
        AddText(command, "GrainId", grainId.ToString());
        return new ReminderTableData(await ReadAsync(command));
    }

    public async Task<ReminderTableData> ReadRows(uint begin, uint end)
    {
        // The column is signed. That turns the ring by half, which leaves every range on it the same.
        var (first, last) = unchecked(((int)begin, (int)end));
        await using var command = await CommandAsync(first < last ? "ReadRangeRows1Key" : "ReadRangeRows2Key");
        command.Parameters.Add(new NpgsqlParameter<int>("BeginHash", first));
        command.Parameters.Add(new NpgsqlParameter<int>("EndHash", last));
        return new ReminderTableData(await ReadAsync(command));
    }

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        await using var command = await CommandAsync("ReadReminderRowKey");
        AddText(command, "GrainId", grainId.ToString());
        AddText(command, "ReminderName", reminderName);
        return (await ReadAsync(command)).SingleOrDefault();
    }

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        await using var command = await CommandAsync("UpsertReminderRowKey");
        AddText(command, "GrainId", entry.GrainId.ToString());
        AddText(command, "ReminderName", entry.ReminderName);
        command.Parameters.Add(new NpgsqlParameter<int>("GrainHash", unchecked((int)entry.GrainId.GetUniformHashCode())));
        command.Parameters.Add(new NpgsqlParameter<DateTime>("StartTime", DateTime.SpecifyKind(entry.StartAt, DateTimeKind.Utc)));
        command.Parameters.Add(new NpgsqlParameter<long>("Period", (long)entry.Period.TotalMilliseconds));
        return Text((int)(await command.ExecuteScalarAsync())!);
    }

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        await using var command = await CommandAsync("DeleteReminderRowKey");
        AddText(command, "GrainId", grainId.ToString());
        AddText(command, "ReminderName", reminderName);
        command.Parameters.Add(new NpgsqlParameter<int>("Version", int.Parse(eTag, CultureInfo.InvariantCulture)));
        return (int)(await command.ExecuteScalarAsync())! > 0;
    }

    public async Task TestOnlyClearTable()
    {
        await using var command = await CommandAsync("DeleteReminderRowsKey");
        await command.ExecuteNonQueryAsync();
    }

    private async Task<NpgsqlCommand> CommandAsync(string key)
    {
        var command = await statements.CommandAsync(key);
        AddText(command, "ServiceId", serviceId);
        return command;
    }

    private static async Task<List<ReminderEntry>> ReadAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        var entries = new List<ReminderEntry>();
        while (await reader.ReadAsync())
        {
            entries.Add(new ReminderEntry
            {
                GrainId = GrainId.Parse(reader.GetString(0)),
                ReminderName = reader.GetString(1),
                StartAt = reader.GetDateTime(2),
                Period = TimeSpan.FromMilliseconds(reader.GetInt64(3)),
                ETag = Text(reader.GetInt32(4)),
            });
        }

        return entries;
    }

    private static void AddText(NpgsqlCommand command, string name, string value) => command.Parameters.Add(new NpgsqlParameter<string>(name, value));

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);
}
