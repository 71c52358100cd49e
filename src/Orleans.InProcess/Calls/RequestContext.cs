namespace Orleans.Runtime;

/// <summary>Values that travel with a call to the grain called, and on to the grains that it calls.</summary>
/// <remarks>
/// Differs from Orleans: values are passed by reference, so they must be immutable, and there is no call-chain reentrancy.
/// As in Orleans, what a grain sets is not seen by its caller.
/// </remarks>
public static class RequestContext
{
    // The ambient values belong to the asynchronous flow of the caller, not to the process.
    private static readonly AsyncLocal<Dictionary<string, object>?> Ambient = new();

    public static IEnumerable<string> Keys => Ambient.Value?.Keys ?? Enumerable.Empty<string>();

    public static IEnumerable<KeyValuePair<string, object>> Entries => Ambient.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    /// <summary>The dictionary in force, or null. It is never changed once it is here, so calls may share it.</summary>
    internal static Dictionary<string, object>? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    public static object? Get(string key) => Ambient.Value is { } values && values.TryGetValue(key, out var value) ? value : null;

    public static void Set(string key, object value)
    {
        var current = Ambient.Value;
        Ambient.Value = current is null
            ? new Dictionary<string, object>(1) { [key] = value }
            : new Dictionary<string, object>(current) { [key] = value };
    }

    /// <returns>Whether there was such a value.</returns>
    public static bool Remove(string key)
    {
        if (Ambient.Value is not { } current || !current.ContainsKey(key))
            return false;

        var rest = new Dictionary<string, object>(current);
        rest.Remove(key);
        Ambient.Value = rest.Count == 0 ? null : rest;
        return true;
    }

    public static void Clear()
    {
        if (Ambient.Value is not null)
            Ambient.Value = null;
    }
}
