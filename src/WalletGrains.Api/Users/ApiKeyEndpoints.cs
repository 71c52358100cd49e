using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Users;

/// <summary>Makes, lists and revokes keys of services.</summary>
internal sealed class ApiKeyEndpoints(IGrainFactory grains, LiveCredentials credentials, TimeProvider time)
{
    private const int MaxNameLength = 100;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/ops/api-keys", CreateAsync, new("createApiKey", "Operations", "Make a key for a service")
        {
            Description = "The answer is the only one that has the key; what is stored is its hash. It is sent in the header X-Api-Key and acts as a service, within its scopes.",
            Access = Access.Operator,
            IfUnknown = "List the keys: if there is a new one, nobody has its text. Revoke it, and make another.",
            Body = typeof(CreateApiKeyRequest),
            Status = StatusCodes.Status201Created,
            Response = typeof(NewApiKeyResponse),
            Problems = [ProblemKind.TooManyApiKeys],
        });
        endpoints.MapApi("GET", "/ops/api-keys", ListAsync, new("listApiKeys", "Operations", "Keys of services, the newest first, revoked ones included")
        {
            Access = Access.Operator,
            Response = typeof(ApiKeyListResponse),
            Query = [QueryParameter.Limit, QueryParameter.NextCursor],
        });
        endpoints.MapApi("DELETE", "/ops/api-keys/{id}", RevokeAsync, new("revokeApiKey", "Operations", "Revoke a key")
        {
            Description = "It counts no more: here at once, behind other addresses of the product within seconds.",
            Access = Access.Operator,
            Status = StatusCodes.Status204NoContent,
            Response = typeof(void),
            Problems = [ProblemKind.NotFound],
        });
    }

    private async ValueTask<Answer> CreateAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.CreateApiKeyRequest);
        if (body is null)
        {
            return malformed!;
        }

        var now = time.GetUtcNow();
        var errors = new FieldErrors();
        var name = errors.RequiredText("name", body.Name, 1, MaxNameLength);
        if (body.Scopes is not { Count: > 0 } scopes || scopes.Any(scope => ScopeNames.Parse(scope) is Scopes.None) || scopes.Distinct().Count() != scopes.Count)
        {
            errors.Add("scopes", body.Scopes is null ? "scopes is required." : $"scopes must be one or more of {string.Join(", ", ScopeNames.All)}, each once.");
        }

        if (body.ServiceId == Guid.Empty)
        {
            errors.Add("serviceId", "serviceId must not be the empty UUID.");
        }

        if (body.ExpiresAt <= now)
        {
            errors.Add("expiresAt", "expiresAt must be in the future.");
        }

        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var keyId = Guid.CreateVersion7(now);
        var text = ApiKey.NewText(keyId);
        var key = new ApiKeyRecord(
            keyId,
            body.ServiceId ?? Guid.CreateVersion7(now),
            name,
            ApiKey.HashOf(text),
            [.. body.Scopes!.Select(scope => scope!)],
            DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()),
            Caller.Of(context).UserId,
            body.ExpiresAt,
            RevokedAt: null);
        if (!await grains.GetGrain<IApiKeyGrain>(0).CreateAsync(key))
        {
            return new Problem(ProblemKind.TooManyApiKeys, $"There are {Limits.MaxApiKeys} keys in force already. Revoke one that is not in use.");
        }

        await credentials.RefreshAfterChangeAsync();
        return Answer.Created(new NewApiKeyResponse(text, ApiKeyResponse.Of(key)), ApiJson.Wire.NewApiKeyResponse);
    }

    private async ValueTask<Answer> ListAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var limit = errors.QueryLimit(context.Request, Limits.DefaultPageSize);
        Guid? before = null;
        if (QueryFields.Single(context.Request, "cursor") is { } cursor)
        {
            if (Cursor.TryReadApiKey(cursor, out var last))
            {
                before = last;
            }
            else
            {
                errors.Add("cursor", "cursor must be the nextCursor of a page of this list.");
            }
        }

        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var page = await grains.GetGrain<IApiKeyGrain>(0).ListAsync(before, limit);
        var next = page is { HasMore: true, Items: [.., var end] } ? Cursor.AfterApiKey(end.KeyId) : null;
        return Answer.Ok(new ApiKeyListResponse([.. page.Items.Select(ApiKeyResponse.Of)], next), ApiJson.Wire.ApiKeyListResponse);
    }

    private async ValueTask<Answer> RevokeAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var keyId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (await grains.GetGrain<IApiKeyGrain>(0).RevokeAsync(keyId, Caller.Of(context).UserId) is null)
        {
            return Problem.NotFound;
        }

        await credentials.RefreshAfterChangeAsync();
        return Answer.NoContent;
    }
}

/// <summary>Makes a key for a service.</summary>
internal sealed record CreateApiKeyRequest
{
    /// <summary>What it is called, 1 to 100 characters.</summary>
    [Required]
    public string? Name { get; init; }

    /// <summary>What it may do: wallets:read, wallets:write, money:in, money:move, money:reverse.</summary>
    [Required]
    public IReadOnlyList<string?>? Scopes { get; init; }

    /// <summary>The service that it is a further key of: it continues what that began. A new one when left out.</summary>
    public Guid? ServiceId { get; init; }

    /// <summary>From when on it counts no more; never when left out.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A new key.</summary>
/// <param name="Key">The key itself. It is shown only here.</param>
/// <param name="ApiKey">What is known of it from now on.</param>
internal sealed record NewApiKeyResponse(string Key, ApiKeyResponse ApiKey)
{
    /// <summary>The answer without its secret.</summary>
    public override string ToString() => nameof(NewApiKeyResponse);
}

/// <summary>A page of keys, the newest first.</summary>
/// <param name="Items">The keys.</param>
/// <param name="NextCursor">The parameter cursor of the next page; null on the last one.</param>
internal sealed record ApiKeyListResponse(IReadOnlyList<ApiKeyResponse> Items, string? NextCursor);

/// <summary>A key without its secret.</summary>
/// <param name="KeyId">Its id.</param>
/// <param name="ServiceId">Whom it acts as.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">By which operator.</param>
internal sealed record ApiKeyResponse(Guid KeyId, Guid ServiceId, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, Guid CreatedBy)
{
    /// <summary>From when on it counts no more; left out when it does not expire.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked; left out when it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RevokedAt { get; init; }

    public static ApiKeyResponse Of(ApiKeyRecord key) => new(key.KeyId, key.ServiceId, key.Name, key.Scopes, key.CreatedAt, key.CreatedBy)
    {
        ExpiresAt = key.ExpiresAt,
        RevokedAt = key.RevokedAt,
    };
}
