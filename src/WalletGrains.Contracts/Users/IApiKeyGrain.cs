namespace WalletGrains.Contracts.Users;

/// <summary>Keys that services call with. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IApiKeyGrain")]
public interface IApiKeyGrain : IGrainWithIntegerKey
{
    /// <summary>Makes a key; false when there are <see cref="Limits.MaxApiKeys"/> in force already.</summary>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. The key may have been made; nobody has its secret.</exception>
    [Alias("Create")]
    Task<bool> CreateAsync(ApiKeyRecord key);

    /// <summary>Ends a key; null when there is none with this id. One that is revoked already stays as it is.</summary>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. The key may have been revoked; doing it again does no harm.</exception>
    [Alias("Revoke")]
    Task<ApiKeyRecord?> RevokeAsync(Guid keyId, Guid by);

    /// <summary>A page of keys, the newest first, revoked ones included.</summary>
    /// <param name="before">The last key of the page before; null for the first page.</param>
    /// <param name="limit">At most so many, up to <see cref="Limits.MaxPageSize"/>.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("List")]
    Task<Wallets.Page<ApiKeyRecord>> ListAsync(Guid? before, int limit);
}

/// <summary>A key without its secret.</summary>
/// <param name="KeyId">Its id.</param>
/// <param name="ServiceId">Whom it acts as. Keys of one service share it, so that a new key continues what an old one began.</param>
/// <param name="Name">What it is called.</param>
/// <param name="SecretHash">SHA-256 of the key.</param>
/// <param name="Scopes">What it may do, by name.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">By which operator.</param>
/// <param name="ExpiresAt">From when on it counts no more; null for never.</param>
/// <param name="RevokedAt">When it was revoked; null while it is in force.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.ApiKeyRecord")]
public sealed record ApiKeyRecord(
    [property: Id(0)] Guid KeyId,
    [property: Id(1)] Guid ServiceId,
    [property: Id(2)] string Name,
    [property: Id(3)] byte[] SecretHash,
    [property: Id(4)] IReadOnlyList<string> Scopes,
    [property: Id(5)] DateTimeOffset CreatedAt,
    [property: Id(6)] Guid CreatedBy,
    [property: Id(7)] DateTimeOffset? ExpiresAt,
    [property: Id(8)] DateTimeOffset? RevokedAt);
