namespace Orleans.InProcess;

/// <summary>
/// The way of a call to the silo of its target, and of its outcome back. A path may choose the silo, and where faults are
/// simulated it may delay, repeat (<see cref="Call.Repeat"/>) or lose either message.
/// </summary>
internal interface ICallPath
{
    /// <summary>Hands the call to <see cref="InProcessSilo.Receive"/> of the silo that has, or shall have, the target.</summary>
    void Send(Call call);

    /// <summary>Hands the outcome to the caller by <see cref="Call.Answer"/>.</summary>
    void Answer(Call call);
}

/// <summary>The path inside a single silo: straight there and straight back.</summary>
internal sealed class LocalCallPath(InProcessSilo silo) : ICallPath
{
    public void Send(Call call) => silo.Receive(call);

    public void Answer(Call call) => call.Answer();
}
