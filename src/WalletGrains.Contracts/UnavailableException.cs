namespace WalletGrains.Contracts;

/// <summary>The store is away or too slow. Nothing was changed by the call; it may be repeated after a while.</summary>
[GenerateSerializer]
[Alias("walletgrains.UnavailableException")]
public sealed class UnavailableException : Exception
{
    /// <summary>Makes the exception.</summary>
    public UnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
