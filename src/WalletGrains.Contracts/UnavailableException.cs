namespace WalletGrains.Contracts;

/// <summary>The store is away or too slow. Nothing was changed by the call; it may be repeated after a while.</summary>
[GenerateSerializer]
[Alias("walletgrains.UnavailableException")]
public sealed class UnavailableException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What cannot be done now.</param>
    /// <param name="cause">Why. Only its message is kept: it is of a type that callers in other processes do not have, and the
    /// actor runtime could not send it.</param>
    public UnavailableException(string message, Exception? cause = null)
        : base(cause is null ? message : $"{message} {cause.Message}")
    {
    }
}
