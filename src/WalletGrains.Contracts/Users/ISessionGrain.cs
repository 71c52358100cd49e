namespace WalletGrains.Contracts.Users;

/// <summary>Checks passwords. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.ISignInGrain")]
public interface ISignInGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Opens a session for the user with this e-mail address and password; null when the address is unknown, the password is
    /// wrong, there were too many attempts, or the user is locked. All of them take the same work.
    /// </summary>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. A session may have been opened; nobody has its token.</exception>
    [Alias("SignIn")]
    Task<User?> SignInAsync(SignIn command);
}

/// <summary>Goes on with sessions and ends them. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.ISessionGrain")]
public interface ISessionGrain : IGrainWithIntegerKey
{
    /// <summary>Puts another refresh token in the place of the one that is shown.</summary>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. The same call again tells.</exception>
    [Alias("Renew")]
    Task<Renewal> RenewAsync(RenewSession command);

    /// <summary>Ends a session; one that has ended, or never was, is left as it is.</summary>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. The session may have ended; ending it again does no harm.</exception>
    [Alias("End")]
    Task EndAsync(Guid sessionId);
}

/// <summary>Asks for a session.</summary>
/// <param name="Email">E-mail address; compared without regard to case.</param>
/// <param name="Password">The password in clear; never stored or logged.</param>
/// <param name="SessionId">The session's id.</param>
/// <param name="TokenHash">SHA-256 of its first refresh token.</param>
/// <param name="Idle">How long that token may be used.</param>
/// <param name="Lifetime">How long the session lasts at most.</param>
/// <param name="Network">The client's network, by which failed attempts are counted; empty when it is not known.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.SignIn")]
public sealed record SignIn(
    [property: Id(0)] string Email,
    [property: Id(1)] string Password,
    [property: Id(2)] Guid SessionId,
    [property: Id(3)] byte[] TokenHash,
    [property: Id(4)] TimeSpan Idle,
    [property: Id(5)] TimeSpan Lifetime,
    [property: Id(6)] byte[] Network)
{
    /// <summary>The command without its secrets.</summary>
    public override string ToString() => $"SignIn {{ SessionId = {SessionId} }}";
}

/// <summary>Asks for a session to go on.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="TokenHash">SHA-256 of the refresh token that is shown. The caller has made sure that it is a genuine one of this session.</param>
/// <param name="NextHash">SHA-256 of the one that takes its place.</param>
/// <param name="Idle">How long that may be used.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.RenewSession")]
public sealed record RenewSession(
    [property: Id(0)] Guid SessionId, [property: Id(1)] byte[] TokenHash, [property: Id(2)] byte[] NextHash, [property: Id(3)] TimeSpan Idle);

/// <summary>What became of a session that was to go on.</summary>
/// <param name="User">Whose it is, when it goes on; null when it does not.</param>
/// <param name="Ended">The token was used before, by its owner or a thief: this call has ended the session.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Renewal")]
public sealed record Renewal([property: Id(0)] User? User, [property: Id(1)] bool Ended);
