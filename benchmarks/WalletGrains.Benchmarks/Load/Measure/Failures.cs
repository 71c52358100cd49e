using System.Collections.Concurrent;

namespace WalletGrains.Benchmarks.Load.Measure;

/// <summary>Counts what was not accepted, by its words; the first few kinds are kept apart.</summary>
internal sealed class Failures
{
    private const int MaxKinds = 16;
    private const int MaxLength = 200;
    private const string Others = "others";

    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public void Add(string failure)
    {
        var kind = (failure.Length > MaxLength ? failure[..MaxLength] : failure).ReplaceLineEndings(" ");
        _counts.AddOrUpdate(_counts.ContainsKey(kind) || _counts.Count < MaxKinds ? kind : Others, 1, (_, count) => count + 1);
    }
}
