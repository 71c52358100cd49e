namespace WalletGrains.Simulation.Audit;

/// <summary>What runs came across, and how often: a kind of entry, refusal or answer that never occurs is not tested.</summary>
internal sealed class Coverage
{
    private readonly Dictionary<string, long> _seen = [];

    public IEnumerable<KeyValuePair<string, long>> Seen => _seen.OrderBy(pair => pair.Key, StringComparer.Ordinal);

    public void Note(string what, long times = 1) => _seen[what] = _seen.GetValueOrDefault(what) + times;

    public bool Has(string what) => _seen.ContainsKey(what);

    /// <summary>What all of these saw.</summary>
    public static Coverage Sum(IEnumerable<Coverage> parts)
    {
        var sum = new Coverage();
        foreach (var (what, times) in parts.SelectMany(part => part._seen))
        {
            sum.Note(what, times);
        }

        return sum;
    }
}
