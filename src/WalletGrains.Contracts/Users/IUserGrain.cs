namespace WalletGrains.Contracts.Users;

/// <summary>One user, keyed by its id.</summary>
[Alias("walletgrains.IUserGrain")]
public interface IUserGrain : IGrainWithGuidKey
{
    /// <summary>Creates the user and, where asked for, its first wallet.</summary>
    /// <returns>The user; null when the e-mail address belongs to somebody already.</returns>
    /// <exception cref="UnavailableException">The store is away. The user may have been created: signing in tells.</exception>
    [Alias("Register")]
    Task<User?> RegisterAsync(RegisterUser command);

    /// <summary>The user; null when there is none with this id.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Get")]
    Task<User?> GetAsync();
}

/// <summary>Checks passwords. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.ISignInGrain")]
public interface ISignInGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// The user with this e-mail address and password; null when the address is unknown or the password is wrong. Both take
    /// the same work.
    /// </summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("SignIn")]
    Task<User?> SignInAsync(string email, string password);
}

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
    [property: Id(6)] DateTimeOffset CreatedAt);

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
