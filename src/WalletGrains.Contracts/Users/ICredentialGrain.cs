namespace WalletGrains.Contracts.Users;

/// <summary>
/// What front doors must know of credentials, so that they can judge a request without asking anybody. Key 0; every silo answers its
/// own callers.
/// </summary>
[Alias("walletgrains.ICredentialGrain")]
public interface ICredentialGrain : IGrainWithIntegerKey
{
    /// <summary>What has changed.</summary>
    /// <param name="since">What the last call gave as <see cref="CredentialChanges.Next"/>; <see cref="CredentialPosition.None"/> for everything that counts.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("ReadChanges")]
    Task<CredentialChanges> ReadChangesAsync(CredentialPosition since);
}

/// <summary>What has changed about credentials. Some of it may have been told before.</summary>
/// <param name="Next">What to ask from the next time; nothing is missed then.</param>
/// <param name="IsComplete">All that counts is told anew: a key that is not among these is in force no more.</param>
/// <param name="EndedSessions">Sessions that have ended while access tokens of theirs may still be in use.</param>
/// <param name="ApiKeys">Keys that were made or revoked.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.CredentialChanges")]
public sealed record CredentialChanges(
    [property: Id(0)] CredentialPosition Next,
    [property: Id(1)] bool IsComplete,
    [property: Id(2)] IReadOnlyList<EndedSession> EndedSessions,
    [property: Id(3)] IReadOnlyList<ApiKeyRecord> ApiKeys);

/// <summary>How far a front door has read. It counts for the server it was read from and no other.</summary>
/// <param name="Origin">Which server that is.</param>
/// <param name="Position">What comes next.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.CredentialPosition")]
public sealed record CredentialPosition([property: Id(0)] string Origin, [property: Id(1)] long Position)
{
    /// <summary>Nothing was read yet.</summary>
    public static CredentialPosition None { get; } = new("", 0);
}

/// <summary>A session that has ended.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="EndedAt">When.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.EndedSession")]
public sealed record EndedSession([property: Id(0)] Guid SessionId, [property: Id(1)] DateTimeOffset EndedAt);
