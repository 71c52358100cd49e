using System.Globalization;

namespace WalletGrains.Journal.Reconciling;

/// <summary>Gathers what a run finds and how long it may go on.</summary>
internal sealed class Findings(TimeProvider time, TimeSpan budget)
{
    private readonly long _start = time.GetTimestamp();
    private readonly List<Difference> _listed = [];

    public bool IsComplete { get; private set; } = true;

    public long Wallets { get; set; }

    public long Entries { get; set; }

    public long Transfers { get; set; }

    public long Bills { get; set; }

    public long Count { get; private set; }

    public void Add(string what, string where, string expected, string found)
    {
        if (++Count <= ReconciliationLimits.ListedDifferences)
        {
            _listed.Add(new Difference(what, where, expected, found));
        }
    }

    public void Add(string what, string where, decimal expected, decimal found) =>
        Add(what, where, expected.ToString(CultureInfo.InvariantCulture), found.ToString(CultureInfo.InvariantCulture));

    /// <summary>Whether the time is over; then what is left is for the next run.</summary>
    public bool IsTimeOver()
    {
        if (time.GetElapsedTime(_start) < budget)
        {
            return false;
        }

        IsComplete = false;
        return true;
    }

    public ReconciliationReport ToReport() => new(IsComplete, Wallets, Entries, Transfers, Count, _listed) { BillsChecked = Bills };
}
