using System.Collections.Concurrent;

namespace WalletGrains.Monkey;

/// <summary>What is wrong, by what was looked at. Written by several checks at the same time.</summary>
internal sealed class Findings
{
    private readonly ConcurrentQueue<(string Area, string What)> _all = new();

    public IReadOnlyCollection<(string Area, string What)> All => _all;

    public void Add(string area, string what) => _all.Enqueue((area, what));

    public int Of(string area) => _all.Count(finding => finding.Area == area);
}
