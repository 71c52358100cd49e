using System.Globalization;

namespace WalletGrains.Journal.Reconciling;

/// <summary>Gathers what a run, or a step of one, finds.</summary>
internal sealed class Findings
{
    private readonly List<Difference> _listed = [];

    public long Wallets { get; set; }

    public long Entries { get; set; }

    public long Transfers { get; set; }

    public long Bills { get; set; }

    /// <summary>How many differences there are.</summary>
    public long Count { get; private set; }

    /// <summary>The first of them.</summary>
    public IReadOnlyList<Difference> Listed => _listed;

    public void Add(string what, string where, string expected, string found) => Add(1, [new Difference(what, where, expected, found)]);

    public void Add(string what, string where, decimal expected, decimal found) =>
        Add(what, where, expected.ToString(CultureInfo.InvariantCulture), found.ToString(CultureInfo.InvariantCulture));

    /// <summary>Differences that were counted and listed elsewhere.</summary>
    public void Add(long count, IEnumerable<Difference> listed)
    {
        Count += count;
        _listed.AddRange(listed.Take(ReconciliationLimits.ListedDifferences - _listed.Count));
    }

    /// <summary>What a step has found that came to its end.</summary>
    public void Add(Findings step)
    {
        Wallets += step.Wallets;
        Entries += step.Entries;
        Transfers += step.Transfers;
        Bills += step.Bills;
        Add(step.Count, step.Listed);
    }

    public ReconciliationReport ToReport(bool isComplete) => new(isComplete, Wallets, Entries, Transfers, Count, Listed) { BillsChecked = Bills };
}
