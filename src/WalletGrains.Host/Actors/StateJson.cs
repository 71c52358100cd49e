using System.Text.Json;

namespace WalletGrains.Host.Actors;

/// <summary>
/// How the state of grains is stored: plain JSON of the public properties, without type names, so that a row in the database
/// can never choose which class is made, and so that either runtime reads what the other has written.
/// </summary>
internal static class StateJson
{
    private static readonly JsonSerializerOptions s_options = new() { IncludeFields = true };

    public static byte[] Write<T>(T state) => JsonSerializer.SerializeToUtf8Bytes(state, s_options);

    public static T? Read<T>(ReadOnlySpan<byte> payload) => JsonSerializer.Deserialize<T>(payload, s_options);
}
