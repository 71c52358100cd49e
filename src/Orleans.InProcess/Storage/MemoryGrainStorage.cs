using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>Grain states in memory, for tests: gone with the host, but with versions that are checked.</summary>
/// <remarks>Differs from Orleans: states are kept by reference, so what is changed and not written is seen by the next activation; use immutable states.</remarks>
public sealed class MemoryGrainStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(string, GrainId), Record> _records = new();

    private sealed record Record(object? State, long Version);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var record = _records.GetValueOrDefault((stateName, grainId));
        grainState.State = record is null ? default : (T?)record.State;
        Note(grainState, record);
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = (stateName, grainId);
        var current = _records.GetValueOrDefault(key);
        Check(current, grainState.ETag);
        var next = new Record(grainState.State, (current?.Version ?? 0) + 1);
        var written = current is null ? _records.TryAdd(key, next) : _records.TryUpdate(key, next, current);
        if (!written)
            Check(_records.GetValueOrDefault(key), grainState.ETag);

        Note(grainState, next);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = (stateName, grainId);
        Check(_records.GetValueOrDefault(key), grainState.ETag);
        _records.TryRemove(key, out _);
        grainState.State = default;
        Note(grainState, null);
        return Task.CompletedTask;
    }

    private static void Note<T>(IGrainState<T> grainState, Record? record)
    {
        grainState.ETag = record?.Version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = record is not null;
    }

    private static void Check(Record? stored, string? expected)
    {
        var version = stored?.Version.ToString(CultureInfo.InvariantCulture);
        if (version != expected)
            throw new InconsistentStateException("The stored version is another one.", version, expected);
    }
}
