namespace WalletGrains.Journal.BalanceSync;

/// <summary>The row of a mobile user.</summary>
/// <param name="MobileUserId">The user; the same id as in the users of the product.</param>
/// <param name="Context">MOBILE_BANKING or WALLET.</param>
/// <param name="Username">Name to sign in with, as it was given.</param>
/// <param name="UsernameKey">The normalized name; unique.</param>
/// <param name="FullName">Name to show.</param>
/// <param name="CustomerNumber">The customer in the core banking system.</param>
/// <param name="AccountNumber">The account it was registered with.</param>
/// <param name="IsActive">It may sign in, and its balances are kept up to date.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When it changed last.</param>
public sealed record MobileUserRow(
    Guid MobileUserId,
    string Context,
    string Username,
    string UsernameKey,
    string FullName,
    string CustomerNumber,
    string AccountNumber,
    bool IsActive,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>The context of users whose balances are kept in the core banking system.</summary>
    public const string MobileBanking = "MOBILE_BANKING";

    /// <summary>The context of users who have a wallet only.</summary>
    public const string WalletOnly = "WALLET";
}

/// <summary>The row of a mobile user's account.</summary>
/// <param name="MobileUserId">Whose it is.</param>
/// <param name="AccountNumber">Its number in the core banking system.</param>
/// <param name="AccountType">What sort of account it is, in the words of the bank.</param>
/// <param name="IsPrimary">The one whose balance a login shows; one of a user at most.</param>
/// <param name="IsActive">Its balance is kept up to date.</param>
/// <param name="InactiveReason">Why the core banking system has no balance for it; null while it is active, and when an operator made it inactive.</param>
/// <param name="Balance">What was available last, with all decimals; null before the first time.</param>
/// <param name="Currency">ISO 4217 code of that.</param>
/// <param name="LastSyncedAt">When that was asked for.</param>
/// <param name="FailedAt">When the attempts to ask failed; null since the last success.</param>
/// <param name="LastError">Why they failed.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="UpdatedAt">When it changed last.</param>
public sealed record MobileAccountRow(
    Guid MobileUserId,
    string AccountNumber,
    string AccountType,
    bool IsPrimary,
    bool IsActive,
    string? InactiveReason,
    decimal? Balance,
    string? Currency,
    DateTimeOffset? LastSyncedAt,
    DateTimeOffset? FailedAt,
    string? LastError,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>A mobile user with its accounts, the primary one first, then in the order of their numbers.</summary>
/// <param name="User">The user.</param>
/// <param name="Accounts">Its accounts.</param>
/// <param name="ReadAt">When this was read, by the clock of the store.</param>
public sealed record MobileUserRows(MobileUserRow User, IReadOnlyList<MobileAccountRow> Accounts, DateTimeOffset ReadAt);

/// <summary>One account of one user. The order of accounts is that of their users, and then of their numbers by code point.</summary>
/// <param name="MobileUserId">The user.</param>
/// <param name="AccountNumber">The account.</param>
public readonly record struct AccountKey(Guid MobileUserId, string AccountNumber);

/// <summary>How far the users have been gone through.</summary>
/// <param name="IsRunning">They are gone through at all.</param>
/// <param name="StartedAt">When the newest time began; null before the first.</param>
/// <param name="EndedAt">When it ended; null while it is under way.</param>
/// <param name="After">How far the one under way has come; null at its beginning.</param>
public sealed record SweepRow(bool IsRunning, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, AccountKey? After)
{
    /// <summary>One is under way.</summary>
    public bool IsUnderWay => StartedAt is not null && EndedAt is null;
}

/// <summary>What a change to a mobile user or its account came to.</summary>
public enum MobileChange
{
    /// <summary>It is as it was asked for.</summary>
    Made = 1,

    /// <summary>There is no such user or account.</summary>
    NotFound = 2,

    /// <summary>The user has this account, or somebody has this name, already.</summary>
    Taken = 3,

    /// <summary>The user has too many accounts.</summary>
    TooMany = 4,
}

/// <summary>How accounts stand since some time.</summary>
/// <param name="Succeeded">Active accounts whose balance was brought up to date since.</param>
/// <param name="Failed">Active accounts whose newest attempts failed since.</param>
/// <param name="OldestSyncedAt">Of the active accounts of active MOBILE_BANKING users the balance that was asked for longest ago; null when there is none.</param>
public readonly record struct SweepProgress(int Succeeded, int Failed, DateTimeOffset? OldestSyncedAt);
