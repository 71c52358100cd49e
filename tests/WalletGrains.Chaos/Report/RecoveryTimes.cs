namespace WalletGrains.Chaos.Report;

/// <summary>How soon clients were served after one kind of fault.</summary>
internal sealed class RecoveryTimes
{
    private readonly List<double> _first = [];
    private readonly List<double> _every = [];

    public int Count => _first.Count;

    /// <summary>Seconds to the first success of anybody.</summary>
    public (double Median, double Max) First => Summary(_first);

    /// <summary>Seconds until every wallet had a success.</summary>
    public (double Median, double Max) Every => Summary(_every);

    public void Add(TimeSpan first, TimeSpan every)
    {
        _first.Add(first.TotalSeconds);
        _every.Add(every.TotalSeconds);
    }

    private static (double Median, double Max) Summary(List<double> seconds) => (seconds.Order().ElementAt(seconds.Count / 2), seconds.Max());
}
