namespace Orleans.InProcess.Simulation;

/// <summary>
/// What happened in a simulation: a hash over all of it, and its text as long as somebody listens. Two runs of one seed have
/// the same hash, or something in them does not come from the seed.
/// </summary>
/// <remarks>No counterpart in Orleans.</remarks>
public sealed class SimulationTrace
{
    private readonly SimulatedWorld _world;
    private ulong _hash = 0xcbf29ce484222325;

    internal SimulationTrace(SimulatedWorld world) => _world = world;

    /// <summary>The hash over everything so far.</summary>
    public ulong Hash => _hash;

    /// <summary>Gets a line for each event; null, the default, to save the work.</summary>
    public Action<string>? Listener { get; set; }

    /// <summary>Whether lines are worth making.</summary>
    public bool IsListening => Listener is not null;

    /// <summary>Adds a number to the hash.</summary>
    public void Mix(long value)
    {
        unchecked
        {
            // A multiply and a shift of the 128-bit product's halves: fast, and every bit of the value reaches every bit of the hash.
            var product = Math.BigMul(_hash ^ (ulong)value, 0x9e3779b97f4a7c15, out var low);
            _hash = product ^ low ^ 0xa0761d6478bd642f;
        }
    }

    /// <summary>Adds a text to the hash.</summary>
    public void Mix(string text)
    {
        Mix(text.Length);
        foreach (var character in text)
            Mix(character);
    }

    /// <summary>Adds a line for the listener; it is not hashed, so that listening changes nothing.</summary>
    public void Write(string source, string line) =>
        Listener?.Invoke($"{_world.Now.TotalSeconds,12:F6} {source,-9} {line}");
}
