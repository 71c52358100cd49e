namespace WalletGrains.Contracts.Users;

/// <summary>One user, keyed by its id.</summary>
[Alias("walletgrains.IUserGrain")]
public interface IUserGrain : IGrainWithGuidKey
{
    /// <summary>Creates the user and, where asked for, its first wallet.</summary>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. The user may have been created: signing in tells.</exception>
    [Alias("Register")]
    Task<RegisterOutcome> RegisterAsync(RegisterUser command);

    /// <summary>The user; null when there is none with this id.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Get")]
    Task<User?> GetAsync();

    /// <summary>Gives the user another role, and ends its sessions: tokens say which role their bearer had.</summary>
    /// <param name="role">The role.</param>
    /// <param name="by">The operator who wants it, for the log.</param>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. Doing it again does no harm.</exception>
    [Alias("SetRole")]
    Task<UserChange> SetRoleAsync(UserRole role, Guid by);

    /// <summary>Keeps the user from signing in, and ends its sessions.</summary>
    /// <param name="reason">Why; null when not said.</param>
    /// <param name="by">The operator who wants it, for the log.</param>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. Doing it again does no harm.</exception>
    [Alias("Lock")]
    Task<UserChange> LockAsync(string? reason, Guid by);

    /// <summary>Lets the user sign in again, and forgets its failed attempts.</summary>
    /// <param name="by">The operator who wants it, for the log.</param>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. Doing it again does no harm.</exception>
    [Alias("Unlock")]
    Task<UserChange> UnlockAsync(Guid by);
}

/// <summary>Lists of users for operators, straight from the store. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IUserListGrain")]
public interface IUserListGrain : IGrainWithIntegerKey
{
    /// <summary>A page of users, the newest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="before">The last user of the page before; null for the first page.</param>
    /// <param name="limit">At most so many, up to <see cref="Limits.MaxPageSize"/>.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("List")]
    Task<Wallets.Page<User>> ListAsync(UserFilter filter, Guid? before, int limit);
}

/// <summary>Which users to list; null members mean all.</summary>
/// <param name="Email">The one with this e-mail address.</param>
/// <param name="Role">Those with this role.</param>
/// <param name="IsLocked">Those that an operator has locked, or those that none has.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.UserFilter")]
public sealed record UserFilter([property: Id(0)] string? Email, [property: Id(1)] UserRole? Role, [property: Id(2)] bool? IsLocked);

/// <summary>Asks for a new user.</summary>
/// <param name="Email">E-mail address; compared without regard to case.</param>
/// <param name="Password">The password in clear; never stored or logged.</param>
/// <param name="FullName">Name to show.</param>
/// <param name="Phone">Telephone number; null when not given.</param>
/// <param name="Role">What the user may do.</param>
/// <param name="WalletCurrency">Currency of the user's first wallet; null for a user without one.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.RegisterUser")]
public sealed record RegisterUser(
    [property: Id(0)] string Email,
    [property: Id(1)] string Password,
    [property: Id(2)] string FullName,
    [property: Id(3)] string? Phone,
    [property: Id(4)] UserRole Role,
    [property: Id(5)] Currency? WalletCurrency)
{
    /// <summary>The command without its password.</summary>
    public override string ToString() => $"RegisterUser {{ Role = {Role} }}";
}

/// <summary>What became of a request for a new user.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.RegisterOutcome")]
public abstract record RegisterOutcome
{
    private protected RegisterOutcome()
    {
    }

    /// <summary>There is a new user.</summary>
    /// <param name="User">The user.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.RegisterOutcome.Registered")]
    public sealed record Registered([property: Id(0)] User User) : RegisterOutcome;

    /// <summary>The password would be guessed too easily.</summary>
    /// <param name="Refusal">Why.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.RegisterOutcome.PasswordRefused")]
    public sealed record PasswordRefused([property: Id(0)] PasswordRefusal Refusal) : RegisterOutcome;

    /// <summary>The e-mail address belongs to somebody already.</summary>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.RegisterOutcome.EmailTaken")]
    public sealed record EmailTaken : RegisterOutcome;
}

/// <summary>Why a password is refused. Checked in this order.</summary>
public enum PasswordRefusal
{
    /// <summary>It has fewer than <see cref="Limits.MinPasswordLength"/> characters.</summary>
    TooShort = 1,

    /// <summary>It is the e-mail address, or its first part, whatever stands around it.</summary>
    LikeEmail = 2,

    /// <summary>Many people have it, or one that differs in nothing but digits and signs around it.</summary>
    TooCommon = 3,
}

/// <summary>What became of a change to a user.</summary>
/// <param name="User">The user after it; null when it was not made.</param>
/// <param name="Refusal">Why it was not made; null when it was.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.UserChange")]
public sealed record UserChange([property: Id(0)] User? User, [property: Id(1)] UserChangeRefusal? Refusal);

/// <summary>Why a user is not changed.</summary>
public enum UserChangeRefusal
{
    /// <summary>There is no such user.</summary>
    NotFound = 1,

    /// <summary>Nobody would be left who can undo it.</summary>
    LastOperator = 2,
}

/// <summary>A user.</summary>
/// <param name="UserId">Its id.</param>
/// <param name="Email">E-mail address as it was given.</param>
/// <param name="FullName">Name to show.</param>
/// <param name="Phone">Telephone number; null when not given.</param>
/// <param name="Role">What the user may do.</param>
/// <param name="WalletId">The user's first wallet; null for a user without one.</param>
/// <param name="CreatedAt">When it was created.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.User")]
public sealed record User(
    [property: Id(0)] Guid UserId,
    [property: Id(1)] string Email,
    [property: Id(2)] string FullName,
    [property: Id(3)] string? Phone,
    [property: Id(4)] UserRole Role,
    [property: Id(5)] Guid? WalletId,
    [property: Id(6)] DateTimeOffset CreatedAt)
{
    /// <summary>When an operator locked it; null when none has.</summary>
    [Id(7)]
    public DateTimeOffset? LockedAt { get; init; }

    /// <summary>Why; null when not said.</summary>
    [Id(8)]
    public string? LockReason { get; init; }
}

/// <summary>What a user may do.</summary>
public enum UserRole
{
    /// <summary>Uses its own wallets.</summary>
    Customer = 1,

    /// <summary>A partner's system: funds any wallet.</summary>
    Service = 2,

    /// <summary>Everything.</summary>
    Operator = 3,
}
