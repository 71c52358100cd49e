using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Users;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains.Users;

/// <summary>Makes, revokes and lists keys of services. It keeps nothing: the store is the only place where they are.</summary>
[StatelessWorker]
[Reentrant]
public sealed partial class ApiKeyGrain(PostgresApiKeyStore keys, TimeProvider time, ILogger<ApiKeyGrain> logger) : Grain, IApiKeyGrain
{
    /// <inheritdoc />
    public async Task<bool> CreateAsync(ApiKeyRecord key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var row = new ApiKeyRow(
            key.KeyId, key.ServiceId, key.Name, key.SecretHash, [.. key.Scopes], key.CreatedAt, key.CreatedBy, key.ExpiresAt, RevokedAt: null);
        if (!await Outage.GuardWriteAsync(() => keys.CreateAsync(row, Limits.MaxApiKeys)))
        {
            return false;
        }

        LogCreated(logger, key.KeyId, key.ServiceId, string.Join(' ', key.Scopes), key.CreatedBy);
        return true;
    }

    /// <inheritdoc />
    public async Task<ApiKeyRecord?> RevokeAsync(Guid keyId, Guid by)
    {
        if (await Outage.GuardWriteAsync(() => keys.RevokeAsync(keyId, by, time.GetUtcMilliseconds())) is not { } row)
        {
            return null;
        }

        LogRevoked(logger, keyId, row.ServiceId, by);
        return ToRecord(row);
    }

    /// <inheritdoc />
    public async Task<Page<ApiKeyRecord>> ListAsync(Guid? before, int limit)
    {
        // One more than asked for tells whether there is a next page.
        var rows = await Outage.GuardAsync(() => keys.ListAsync(before, limit + 1, CancellationToken.None));
        return new Page<ApiKeyRecord>(rows.Take(limit).Select(ToRecord).ToList(), rows.Count > limit);
    }

    internal static ApiKeyRecord ToRecord(ApiKeyRow row) => new(
        row.KeyId, row.ServiceId, row.Name, row.SecretHash, row.Scopes, row.CreatedAt, row.CreatedBy, row.ExpiresAt, row.RevokedAt);

    [LoggerMessage(1906, LogLevel.Information, "Key {KeyId} of service {ServiceId} with the scopes {Scopes} was made by operator {Operator}")]
    private static partial void LogCreated(ILogger logger, Guid keyId, Guid serviceId, string scopes, Guid @operator);

    [LoggerMessage(1907, LogLevel.Information, "Key {KeyId} of service {ServiceId} was revoked by operator {Operator}")]
    private static partial void LogRevoked(ILogger logger, Guid keyId, Guid serviceId, Guid @operator);
}
