namespace WalletGrains.Grains.Counterparts;

/// <summary>How a third party is called.</summary>
/// <param name="Name">What it is called at the beginning of a sentence, in logs and in what operators read.</param>
/// <param name="Timeout">How long one call may take.</param>
internal sealed record CounterpartPolicy(string Name, TimeSpan Timeout)
{
    /// <summary>Calls within <see cref="JudgedPeriod"/> before it is judged.</summary>
    public required int MinCallsToJudge { get; init; }

    /// <summary>Which part of them must fail before it is left alone.</summary>
    public required double FailuresToBreak { get; init; }

    /// <summary>The period that it is judged by.</summary>
    public TimeSpan JudgedPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long it is left alone then. After that one call tries.</summary>
    public required TimeSpan BreakDuration { get; init; }

    /// <summary>The longest pause it may ask for: an answer of 429 is one for all calls.</summary>
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The pause when it asks for one and does not say how long.</summary>
    public TimeSpan DefaultPause { get; init; } = TimeSpan.FromSeconds(1);
}
