namespace WalletGrains.Contracts;

/// <summary>The call was carried out or not: the store's answer was lost. What to do then, the operation says.</summary>
[GenerateSerializer]
[Alias("walletgrains.OutcomeUnknownException")]
public sealed class OutcomeUnknownException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is not known.</param>
    /// <param name="cause">Why. Only its message is kept, as in <see cref="UnavailableException"/>.</param>
    public OutcomeUnknownException(string message, Exception cause)
        : base($"{message} {cause?.Message}")
    {
    }
}
