namespace Orleans.InProcess.Simulation;

/// <summary>What the network of a simulated cluster does to messages between processes. May be changed at any time.</summary>
/// <remarks>No counterpart in Orleans.</remarks>
public sealed class NetworkFaults
{
    /// <summary>The time that every message takes at least.</summary>
    public TimeSpan MinDelay { get; set; } = TimeSpan.FromMicroseconds(100);

    /// <summary>The time that an ordinary message takes at most. Messages may overtake one another.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>The share of messages that never arrive. A lost request or reply is a time-out of the caller.</summary>
    public double Lose { get; set; }

    /// <summary>The share of requests that arrive twice, the second time up to <see cref="MaxLateness"/> later.</summary>
    public double Repeat { get; set; }

    /// <summary>The share of messages that are late, by up to <see cref="MaxLateness"/>.</summary>
    public double Delay { get; set; }

    public TimeSpan MaxLateness { get; set; } = TimeSpan.FromSeconds(40);

    /// <summary>No more faults. Messages that are late already stay so.</summary>
    public void Heal() => Lose = Repeat = Delay = 0;
}
