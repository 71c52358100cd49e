using Orleans.Concurrency;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Contracts.BalanceSync;

/// <summary>One customer of the bank's mobile channel, keyed by its id, which is also that of its user (<see cref="IUserGrain"/>).</summary>
[Alias("walletgrains.IMobileUserGrain")]
public interface IMobileUserGrain : IGrainWithGuidKey
{
    /// <summary>Creates the user, with its first account and the means to sign in.</summary>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. A part may have been created: repeating the call completes it.</exception>
    [Alias("Create")]
    Task<CreateMobileUserOutcome> CreateAsync(CreateMobileUser command);

    /// <summary>The user with its accounts; null when there is none with this id.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Get")]
    Task<MobileUser?> GetAsync();

    /// <summary>Adds an account.</summary>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. It may have been added.</exception>
    [Alias("AddAccount")]
    Task<MobileUserChange> AddAccountAsync(string accountNumber, string accountType, bool isPrimary);

    /// <summary>Makes the user active or not. One who is not cannot sign in, its sessions end, and its balances are left as they are.</summary>
    /// <param name="isActive">Which of the two.</param>
    /// <param name="by">The operator who wants it.</param>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. Doing it again does no harm.</exception>
    [Alias("SetActive")]
    Task<MobileUserChange> SetActiveAsync(bool isActive, Guid by);

    /// <summary>Makes an account active or not, and the primary one or not; null leaves it as it is.</summary>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. Doing it again does no harm.</exception>
    [Alias("ChangeAccount")]
    Task<MobileUserChange> ChangeAccountAsync(string accountNumber, bool? isActive, bool? isPrimary);

    /// <summary>Queues its active accounts to be brought up to date; those that are queued already stay there once.</summary>
    /// <exception cref="UnavailableException">The store is away, or there is no core banking system.</exception>
    [Alias("RequestSync")]
    Task<SyncRequest> RequestSyncAsync();

    /// <summary>The balance of the primary account: what the core banking system tells when it does so in time, else what it told last. What was
    /// asked for goes on either way.</summary>
    /// <param name="limit">How long to wait.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("ReadBalance")]
    Task<MobileBalance?> ReadBalanceAsync(TimeSpan limit);

    /// <summary>Tells those who wait for the balance of an account that it was asked for, whatever came of it.</summary>
    [OneWay]
    [Alias("Tell")]
    Task TellAsync(string accountNumber);
}

/// <summary>Asks for a new mobile user.</summary>
/// <param name="Username">Name to sign in with; compared without regard to case.</param>
/// <param name="Password">The password in clear; never stored or logged.</param>
/// <param name="FullName">Name to show.</param>
/// <param name="CustomerNumber">The customer in the core banking system.</param>
/// <param name="AccountNumber">Its first account, which is the primary one.</param>
/// <param name="AccountType">What sort of account that is.</param>
/// <param name="Context">What the user uses.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.CreateMobileUser")]
public sealed record CreateMobileUser(
    [property: Id(0)] string Username,
    [property: Id(1)] string Password,
    [property: Id(2)] string FullName,
    [property: Id(3)] string CustomerNumber,
    [property: Id(4)] string AccountNumber,
    [property: Id(5)] string AccountType,
    [property: Id(6)] MobileContext Context)
{
    /// <summary>The command without its password.</summary>
    public override string ToString() => $"CreateMobileUser {{ Context = {Context} }}";
}

/// <summary>What a mobile user uses.</summary>
public enum MobileContext
{
    /// <summary>Accounts in the core banking system.</summary>
    MobileBanking = 1,

    /// <summary>Wallets only: nothing is asked of the core banking system.</summary>
    Wallet = 2,
}

/// <summary>What became of a request for a new mobile user.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.CreateMobileUserOutcome")]
public abstract record CreateMobileUserOutcome
{
    private protected CreateMobileUserOutcome()
    {
    }

    /// <summary>There is a new user.</summary>
    /// <param name="User">The user.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.CreateMobileUserOutcome.Created")]
    public sealed record Created([property: Id(0)] MobileUser User) : CreateMobileUserOutcome;

    /// <summary>The password would be guessed too easily.</summary>
    /// <param name="Refusal">Why.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.CreateMobileUserOutcome.PasswordRefused")]
    public sealed record PasswordRefused([property: Id(0)] PasswordRefusal Refusal) : CreateMobileUserOutcome;

    /// <summary>The name belongs to somebody already.</summary>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.CreateMobileUserOutcome.UsernameTaken")]
    public sealed record UsernameTaken : CreateMobileUserOutcome;
}

/// <summary>A mobile user.</summary>
/// <param name="MobileUserId">Its id.</param>
/// <param name="Context">What it uses.</param>
/// <param name="Username">Name to sign in with, as it was given.</param>
/// <param name="FullName">Name to show.</param>
/// <param name="CustomerNumber">The customer in the core banking system.</param>
/// <param name="AccountNumber">The account it was registered with.</param>
/// <param name="IsActive">It may sign in, and its balances are kept up to date.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="Accounts">Its accounts, the primary one first.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.MobileUser")]
public sealed record MobileUser(
    [property: Id(0)] Guid MobileUserId,
    [property: Id(1)] MobileContext Context,
    [property: Id(2)] string Username,
    [property: Id(3)] string FullName,
    [property: Id(4)] string CustomerNumber,
    [property: Id(5)] string AccountNumber,
    [property: Id(6)] bool IsActive,
    [property: Id(7)] DateTimeOffset CreatedAt,
    [property: Id(8)] IReadOnlyList<MobileAccount> Accounts);

/// <summary>An account of a mobile user.</summary>
/// <param name="AccountNumber">Its number in the core banking system.</param>
/// <param name="AccountType">What sort of account it is.</param>
/// <param name="IsPrimary">The one whose balance a login shows.</param>
/// <param name="IsActive">Its balance is kept up to date.</param>
/// <param name="InactiveReason">Why the core banking system has no balance for it; null otherwise.</param>
/// <param name="Balance">What was available last; null before the first time.</param>
/// <param name="FailedAt">When the attempts to ask failed; null since the last success.</param>
/// <param name="LastError">Why they failed.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.MobileAccount")]
public sealed record MobileAccount(
    [property: Id(0)] string AccountNumber,
    [property: Id(1)] string AccountType,
    [property: Id(2)] bool IsPrimary,
    [property: Id(3)] bool IsActive,
    [property: Id(4)] string? InactiveReason,
    [property: Id(5)] MobileBalance? Balance,
    [property: Id(6)] DateTimeOffset? FailedAt,
    [property: Id(7)] string? LastError);

/// <summary>What the core banking system told of an account.</summary>
/// <param name="Available">What could be spent, with all decimals.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="SyncedAt">When that was asked for.</param>
/// <param name="IsFresh">It was asked for on behalf of this very call.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.MobileBalance")]
public sealed record MobileBalance(
    [property: Id(0)] decimal Available, [property: Id(1)] string Currency, [property: Id(2)] DateTimeOffset SyncedAt, [property: Id(3)] bool IsFresh);

/// <summary>What became of a change to a mobile user.</summary>
/// <param name="User">The user behind it; null when it was not made.</param>
/// <param name="Refusal">Why it was not made; null when it was.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.MobileUserChange")]
public sealed record MobileUserChange([property: Id(0)] MobileUser? User, [property: Id(1)] MobileUserRefusal? Refusal);

/// <summary>Why a mobile user is not changed.</summary>
public enum MobileUserRefusal
{
    /// <summary>There is no such user or account.</summary>
    NotFound = 1,

    /// <summary>The user has this account already.</summary>
    AccountTaken = 2,

    /// <summary>It has <see cref="Limits.MaxMobileAccounts"/> accounts.</summary>
    TooManyAccounts = 3,
}

/// <summary>What became of a request to bring balances up to date.</summary>
public enum SyncRequest
{
    /// <summary>They are queued, now or since before.</summary>
    Queued = 1,

    /// <summary>There is no such user.</summary>
    NotFound = 2,

    /// <summary>The user is inactive, has no active account, or has none in the core banking system.</summary>
    NothingToSync = 3,
}
