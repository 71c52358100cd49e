using WalletGrains.Domain.VirtualAccounts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>Makes account numbers up where no bank is configured: they follow from the user's id and are valid by the NUBAN rule.</summary>
internal sealed class MockBank(GlobusOptions options) : IAccountBank
{
    /// <inheritdoc />
    public string Provider => "mock";

    /// <summary>Even when half of all numbers are taken, all sixteen are with a chance of 1 in 65,536.</summary>
    public int MaxOffers => 16;

    /// <inheritdoc />
    public Task<OfferedAccount> OpenAsync(AccountApplication application, int taken, CancellationToken cancellationToken) => Task.FromResult(
        new OfferedAccount(Nuban.NumberOf(options.BankCode, application.UserId, taken), application.Name, options.BankCode, "Mock Bank"));
}
