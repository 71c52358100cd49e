using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Orleans.Storage;

namespace WalletGrains.Host.Actors;

/// <summary>
/// Grain states in the table OrleansStorage, under the same keys and as the same JSON as the Orleans runtime keeps them. Each
/// write and clear names the version it replaces: of two activations of one grain only one gets through.
/// </summary>
internal sealed class PostgresGrainStorage(StoredStatements statements, string serviceId) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await using var command = await statements.CommandAsync("ReadFromStorageKey");
        AddKey(command, stateName, grainId);
        await using var reader = await command.ExecuteReaderAsync();
        var found = await reader.ReadAsync();
        var payload = found && !reader.IsDBNull(0) ? reader.GetFieldValue<byte[]>(0) : null;
        grainState.State = payload is null ? default : StateJson.Read<T>(payload);
        grainState.ETag = found ? Text(reader.GetInt32(1)) : null;
        grainState.RecordExists = payload is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await using var command = await statements.CommandAsync("WriteToStorageKey");
        AddKey(command, stateName, grainId);
        AddVersion(command, grainState.ETag);
        command.Parameters.Add(new NpgsqlParameter<byte[]>("PayloadBinary", StateJson.Write(grainState.State)));
        grainState.ETag = await NewVersionAsync(command, stateName, grainId, grainState.ETag);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // Without a version there is nothing to clear, as far as this activation knows.
        if (grainState.ETag is null)
            await ReadStateAsync(stateName, grainId, grainState);
        if (grainState.RecordExists)
        {
            await using var command = await statements.CommandAsync("ClearStorageKey");
            AddKey(command, stateName, grainId);
            AddVersion(command, grainState.ETag);
            grainState.ETag = await NewVersionAsync(command, stateName, grainId, grainState.ETag);
        }

        grainState.State = default;
        grainState.RecordExists = false;
    }

    private static async Task<string> NewVersionAsync(NpgsqlCommand command, string stateName, GrainId grainId, string? expected) =>
        await command.ExecuteScalarAsync() is int version
            ? Text(version)
            : throw new InconsistentStateException($"Somebody else has changed the state {stateName} of {grainId}.", "unknown", expected);

    private void AddKey(NpgsqlCommand command, string stateName, GrainId grainId)
    {
        var (n0, n1, extension) = Split(grainId);
        command.Parameters.Add(new NpgsqlParameter<string>("ServiceId", serviceId));
        command.Parameters.Add(new NpgsqlParameter<string>("GrainTypeString", $"{grainId.Type}/{stateName}"));
        command.Parameters.Add(new NpgsqlParameter<long>("GrainIdN0", n0));
        command.Parameters.Add(new NpgsqlParameter<long>("GrainIdN1", n1));
        command.Parameters.Add(new NpgsqlParameter("GrainIdExtensionString", NpgsqlDbType.Text) { Value = (object?)extension ?? DBNull.Value });
    }

    private static void AddVersion(NpgsqlCommand command, string? version) =>
        command.Parameters.Add(new NpgsqlParameter("GrainStateVersion", NpgsqlDbType.Integer)
        {
            Value = version is null ? DBNull.Value : int.Parse(version, CultureInfo.InvariantCulture),
        });

    // The key columns as the Orleans provider fills them: Guid, integer or text, decided by what the key looks like.
    private static (long N0, long N1, string? Extension) Split(GrainId grainId)
    {
        var key = grainId.Key.ToString()!;
        if (Guid.TryParseExact(key, "N", out var guid))
        {
            var bytes = guid.ToByteArray();
            return (BitConverter.ToInt64(bytes, 0), BitConverter.ToInt64(bytes, 8), null);
        }

        return long.TryParse(key, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? (0, number, null) : (0, 0, key);
    }

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);
}
