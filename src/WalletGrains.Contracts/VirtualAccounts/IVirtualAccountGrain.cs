namespace WalletGrains.Contracts.VirtualAccounts;

/// <summary>One account at the bank whose payments belong to a wallet. The key is the account number.</summary>
[Alias("walletgrains.IVirtualAccountGrain")]
public interface IVirtualAccountGrain : IGrainWithStringKey
{
    /// <summary>The account; null when no wallet has one with this number.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Get")]
    Task<VirtualAccount?> GetAsync();

    /// <summary>Credits the wallet with a payment that the bank has received. A reference is credited once, however often it is asked for.</summary>
    /// <exception cref="UnavailableException">The store is away; repeat the call.</exception>
    [Alias("Credit")]
    Task<BankCreditOutcome> CreditAsync(BankCredit credit);

    /// <summary>Tells whoever listens that the account is there, by the stream 0 of <see cref="VirtualAccountStreams.Created"/>.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Announce")]
    Task AnnounceAsync();
}

/// <summary>The names of the streams of virtual accounts.</summary>
public static class VirtualAccountStreams
{
    /// <summary>The namespace of the stream of <see cref="VirtualAccount"/>s that were made, in the provider of <see cref="Activity.ActivityStreams.Provider"/>.
    /// A message may come twice or not at all: the row is the record.</summary>
    public const string Created = "virtual-accounts";
}

/// <summary>Finds the virtual accounts of wallets. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IVirtualAccountDirectoryGrain")]
public interface IVirtualAccountDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>What there is of a wallet's virtual account.</summary>
    /// <param name="walletId">The wallet.</param>
    /// <param name="ownerId">Its owner; null when it has none.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("FindOfWallet")]
    Task<WalletVirtualAccount> FindOfWalletAsync(Guid walletId, Guid? ownerId);

    /// <summary>The accounts of these wallets, of those that have one; in no order.</summary>
    /// <param name="walletIds">The wallets, up to <see cref="Limits.MaxPageSize"/>.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("ListOfWallets")]
    Task<IReadOnlyList<VirtualAccount>> ListOfWalletsAsync(IReadOnlyList<Guid> walletIds);
}

/// <summary>An account at the bank.</summary>
/// <param name="AccountNumber">Its number: ten digits, unique.</param>
/// <param name="WalletId">The wallet that its payments are credited to.</param>
/// <param name="AccountName">The name that somebody who pays to it is shown.</param>
/// <param name="BankCode">The bank's three digits.</param>
/// <param name="BankName">The bank's name.</param>
/// <param name="Provider">Who made it: globus, or mock for a number that no bank knows.</param>
/// <param name="Currency">What can be paid to it.</param>
/// <param name="CreatedAt">When it was made.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.VirtualAccount")]
public sealed record VirtualAccount(
    [property: Id(0)] string AccountNumber,
    [property: Id(1)] Guid WalletId,
    [property: Id(2)] string AccountName,
    [property: Id(3)] string BankCode,
    [property: Id(4)] string BankName,
    [property: Id(5)] string Provider,
    [property: Id(6)] Currency Currency,
    [property: Id(7)] DateTimeOffset CreatedAt);

/// <summary>The virtual account of a wallet, as far as there is one.</summary>
/// <param name="Account">The account; null when there is none yet, or never will be.</param>
/// <param name="IsPending">It is being made.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.WalletVirtualAccount")]
public sealed record WalletVirtualAccount([property: Id(0)] VirtualAccount? Account, [property: Id(1)] bool IsPending);
