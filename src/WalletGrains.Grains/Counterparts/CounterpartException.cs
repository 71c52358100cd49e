using WalletGrains.Grains.Jobs;

namespace WalletGrains.Grains.Counterparts;

/// <summary>A third party did not do, or may not have done, what it was asked for.</summary>
/// <param name="message">What happened, for operators; nothing of it is secret.</param>
/// <param name="innerException">What lies under it.</param>
internal sealed class CounterpartException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>It will not do it however often it is asked.</summary>
    public bool IsDefinite { get; init; }

    /// <summary>How long it wants to be left alone; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>It was not asked, or turned the call away before it looked at it: nothing can have happened.</summary>
    public bool WasNotAsked { get; init; }

    /// <summary>It is not to be asked for a while, whatever about: no attempt at anything.</summary>
    public bool IsLeftAlone => WasNotAsked && RetryAfter is not null;

    /// <summary>What becomes of the job that called it.</summary>
    public JobOutcome ToOutcome() => this switch
    {
        { IsDefinite: true } => new JobOutcome.Fail(Message),
        { IsLeftAlone: true } => new JobOutcome.Postponed(RetryAfter!.Value),
        _ => new JobOutcome.Retry(Message, RetryAfter),
    };
}
