namespace Orleans.Runtime;

/// <summary>A timer of one activation. Disposing it ends it; a tick in progress is finished.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets the time of the next tick and the pause between the end of one tick and the start of the next. Infinite means never.</summary>
    void Change(TimeSpan dueTime, TimeSpan period);
}

/// <summary>How a grain timer behaves.</summary>
public readonly struct GrainTimerCreationOptions()
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
        : this()
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>The time to the first tick.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>The pause between the end of one tick and the start of the next; infinite for a single tick.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Whether a tick may start while a request is waiting at an await. False by default: a tick is then like any other request.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether a tick counts as use of the grain and so keeps idle collection away.</summary>
    public bool KeepAlive { get; init; }
}
