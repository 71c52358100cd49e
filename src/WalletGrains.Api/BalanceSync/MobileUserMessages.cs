using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using WalletGrains.Contracts.BalanceSync;

namespace WalletGrains.Api.BalanceSync;

/// <summary>Creates a mobile user.</summary>
internal sealed record CreateMobileUserRequest
{
    /// <summary>Name to sign in with: 3 to 64 letters, digits, dots, hyphens and underscores; upper and lower case are the same.</summary>
    [Required]
    public string? Username { get; init; }

    /// <summary>10 to 128 characters.</summary>
    [Required]
    public string? Password { get; init; }

    /// <summary>Name to show, 1 to 200 characters.</summary>
    [Required]
    public string? FullName { get; init; }

    /// <summary>The customer in the core banking system: up to 34 letters and digits.</summary>
    [Required]
    public string? CustomerNumber { get; init; }

    /// <summary>The first account, which is the primary one: up to 34 letters and digits.</summary>
    [Required]
    public string? AccountNumber { get; init; }

    /// <summary>What sort of account that is, up to 64 characters; CURRENT when left out.</summary>
    public string? AccountType { get; init; }

    /// <summary>MOBILE_BANKING (the default), or WALLET: nothing is asked of the core banking system for it.</summary>
    public string? Context { get; init; }

    /// <summary>The request without its secret.</summary>
    public override string ToString() => nameof(CreateMobileUserRequest);
}

/// <summary>Adds an account to a mobile user.</summary>
internal sealed record AddMobileAccountRequest
{
    /// <summary>Its number in the core banking system: up to 34 letters and digits.</summary>
    [Required]
    public string? AccountNumber { get; init; }

    /// <summary>What sort of account it is, up to 64 characters; CURRENT when left out.</summary>
    public string? AccountType { get; init; }

    /// <summary>It is the one whose balance a login shows from now on; false when left out.</summary>
    public bool? IsPrimary { get; init; }
}

/// <summary>Changes a mobile user.</summary>
internal sealed record ChangeMobileUserRequest
{
    /// <summary>It may sign in, and its balances are kept up to date.</summary>
    [Required]
    public bool? IsActive { get; init; }
}

/// <summary>Changes an account of a mobile user: one of the two at least.</summary>
internal sealed record ChangeMobileAccountRequest
{
    /// <summary>Which account.</summary>
    [Required]
    public string? AccountNumber { get; init; }

    /// <summary>Its balance is kept up to date.</summary>
    public bool? IsActive { get; init; }

    /// <summary>It is the one whose balance a login shows.</summary>
    public bool? IsPrimary { get; init; }
}

/// <summary>Signs a mobile user in.</summary>
internal sealed record MobileLoginRequest
{
    /// <summary>Its name; upper and lower case are the same.</summary>
    [Required]
    public string? Username { get; init; }

    /// <summary>The password.</summary>
    [Required]
    public string? Password { get; init; }

    /// <summary>The request without its secret.</summary>
    public override string ToString() => nameof(MobileLoginRequest);
}

/// <summary>Tokens, and the balance of the primary account.</summary>
/// <param name="AccessToken">To be sent as Authorization: Bearer.</param>
/// <param name="RefreshToken">For POST /auth/refresh, once.</param>
/// <param name="TokenType">Always Bearer.</param>
/// <param name="ExpiresIn">Seconds the access token lives.</param>
/// <param name="MobileUserId">The user.</param>
/// <param name="BalanceIsFresh">The core banking system was asked for it now. Otherwise it is what it told at balanceAt, and it is being asked.</param>
internal sealed record MobileLoginResponse(
    string AccessToken, string RefreshToken, string TokenType, int ExpiresIn, Guid MobileUserId, bool BalanceIsFresh)
{
    /// <summary>What can be spent; left out while nothing is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Balance { get; init; }

    /// <summary>Its currency by its code of ISO 4217; left out with the balance.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Currency { get; init; }

    /// <summary>When the core banking system was asked; left out with the balance.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? BalanceAt { get; init; }

    /// <summary>The answer without its secrets.</summary>
    public override string ToString() => nameof(MobileLoginResponse);
}

/// <summary>A mobile user.</summary>
/// <param name="MobileUserId">Its id, also that of its user.</param>
/// <param name="Context">MOBILE_BANKING or WALLET.</param>
/// <param name="Username">Name to sign in with, as it was given.</param>
/// <param name="FullName">Name to show.</param>
/// <param name="CustomerNumber">The customer in the core banking system.</param>
/// <param name="AccountNumber">The account it was registered with.</param>
/// <param name="IsActive">It may sign in, and its balances are kept up to date.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="Accounts">Its accounts, the primary one first.</param>
internal sealed record MobileUserResponse(
    Guid MobileUserId,
    string Context,
    string Username,
    string FullName,
    string CustomerNumber,
    string AccountNumber,
    bool IsActive,
    DateTimeOffset CreatedAt,
    IReadOnlyList<MobileAccountResponse> Accounts)
{
    public static MobileUserResponse Of(MobileUser user) => new(
        user.MobileUserId,
        user.Context is MobileContext.Wallet ? MobileUserRules.WalletOnly : MobileUserRules.MobileBanking,
        user.Username,
        user.FullName,
        user.CustomerNumber,
        user.AccountNumber,
        user.IsActive,
        user.CreatedAt,
        [.. user.Accounts.Select(MobileAccountResponse.Of)]);
}

/// <summary>An account of a mobile user.</summary>
/// <param name="AccountNumber">Its number in the core banking system.</param>
/// <param name="AccountType">What sort of account it is.</param>
/// <param name="IsPrimary">The one whose balance a login shows.</param>
/// <param name="IsActive">Its balance is kept up to date.</param>
internal sealed record MobileAccountResponse(string AccountNumber, string AccountType, bool IsPrimary, bool IsActive)
{
    /// <summary>Why the core banking system has no balance for it; left out otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InactiveReason { get; init; }

    /// <summary>What could be spent when the core banking system was asked last; left out before the first time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Balance { get; init; }

    /// <summary>Its currency by its code of ISO 4217; left out with the balance.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Currency { get; init; }

    /// <summary>When that was; left out with the balance.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastSyncedAt { get; init; }

    /// <summary>When all attempts to ask failed; left out since the last success.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>Why; left out with failedAt.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LastError { get; init; }

    public static MobileAccountResponse Of(MobileAccount account) => new(account.AccountNumber, account.AccountType, account.IsPrimary, account.IsActive)
    {
        InactiveReason = account.InactiveReason,
        Balance = account.Balance?.Available,
        Currency = account.Balance?.Currency,
        LastSyncedAt = account.Balance?.SyncedAt,
        FailedAt = account.FailedAt,
        LastError = account.LastError,
    };
}

/// <summary>Balances were queued to be brought up to date.</summary>
/// <param name="MobileUserId">Whose.</param>
/// <param name="Status">Always QUEUED.</param>
internal sealed record SyncQueuedResponse(Guid MobileUserId, string Status = "QUEUED");

/// <summary>How balances are brought up to date.</summary>
/// <param name="Service">Always balance-sync.</param>
/// <param name="Priority">Accounts that wait in the lane of logins; counted up to 10,000.</param>
/// <param name="Background">Accounts that wait in the other one; counted up to 10,000.</param>
/// <param name="Processing">Accounts that are asked for at this moment.</param>
/// <param name="Running">All users are gone through once in every interval. False while no core banking system is configured.</param>
/// <param name="LastRunAt">When they were begun to be gone through last; null when never.</param>
/// <param name="Succeeded">Active accounts that were brought up to date since.</param>
/// <param name="Failed">Active accounts whose attempts have failed since.</param>
internal sealed record SyncStatusResponse(
    string Service, int Priority, int Background, int Processing, bool Running, DateTimeOffset? LastRunAt, int Succeeded, int Failed)
{
    public static SyncStatusResponse Of(BalanceSyncStatus status) => new(
        "balance-sync", status.Priority, status.Background, status.Processing, status.IsRunning, status.LastRunAt, status.Succeeded, status.Failed);
}
