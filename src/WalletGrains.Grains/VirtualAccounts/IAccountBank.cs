using WalletGrains.Grains.Counterparts;

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
    /// <exception cref="CounterpartException">It is not known to be made.</exception>
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
