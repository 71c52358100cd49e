using Orleans.Storage;

namespace WalletGrains.Host.Actors;

/// <summary><see cref="StateJson"/> behind the interface of the storage provider.</summary>
internal sealed class JsonStateSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new(StateJson.Write(input));

    public T? Deserialize<T>(BinaryData input) => StateJson.Read<T>(input.ToMemory().Span);
}
