using WalletGrains.Grains.Jobs;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>Where virtual accounts come from.</summary>
internal interface IAccountBank
{
    /// <summary>Its name in the accounts it makes.</summary>
    string Provider { get; }

    /// <summary>How many account numbers it can offer one user.</summary>
    int MaxOffers { get; }

    /// <summary>Makes an account, or answers the one that was made for the same wallet before.</summary>
    /// <param name="application">Whom it is for.</param>
    /// <param name="taken">How many of the offered numbers belong to others; below <see cref="MaxOffers"/>.</param>
    /// <param name="cancellationToken">Gives up; the account may be made all the same.</param>
    /// <exception cref="BankException">It is not known to be made.</exception>
    Task<OfferedAccount> OpenAsync(AccountApplication application, int taken, CancellationToken cancellationToken);
}

/// <summary>Asks for an account.</summary>
/// <param name="UserId">Whose it is to be.</param>
/// <param name="WalletId">The wallet that its payments are for.</param>
/// <param name="Name">The name that payers are shown.</param>
/// <param name="Email">For the bank's own messages.</param>
/// <param name="Phone">The same; null when not known.</param>
internal sealed record AccountApplication(Guid UserId, Guid WalletId, string Name, string Email, string? Phone)
{
    /// <summary>The bank's name of the request: the same for every try, so that a repeat after a lost answer makes no second account.</summary>
    public string ClientReference => $"walletgrains-{WalletId:N}";
}

/// <summary>An account at a bank.</summary>
/// <param name="Number">Ten digits.</param>
/// <param name="Name">The name that payers are shown.</param>
/// <param name="BankCode">The bank's three digits.</param>
/// <param name="BankName">The bank's name.</param>
internal sealed record OfferedAccount(string Number, string Name, string BankCode, string BankName);

/// <summary>The bank did not do, or may not have done, what it was asked for.</summary>
/// <param name="message">What happened, for operators; nothing of it is secret.</param>
/// <param name="innerException">What lies under it.</param>
internal sealed class BankException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>It will not do it however often it is asked.</summary>
    public bool IsDefinite { get; init; }

    /// <summary>How long it wants to be left alone; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Nothing was sent to it, so nothing can have happened, and it is no attempt.</summary>
    public bool WasNotAsked { get; init; }

    /// <summary>What becomes of the job that called it.</summary>
    public JobOutcome ToOutcome(TimeProvider time) => this switch
    {
        { IsDefinite: true } => new JobOutcome.Fail(Message),
        { WasNotAsked: true } => new JobOutcome.Again(time.GetUtcNow() + (RetryAfter ?? TimeSpan.Zero)),
        _ => new JobOutcome.Retry(Message, RetryAfter),
    };
}
