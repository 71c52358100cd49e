using System.Text.Json;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Auth;

/// <summary>What an access token says about its bearer.</summary>
/// <param name="UserId">Claim sub.</param>
/// <param name="Role">Claim role.</param>
/// <param name="SessionId">Claim sid: the token counts until this session ends.</param>
/// <param name="ExpiresAt">Claim exp.</param>
internal sealed record AccessToken(Guid UserId, UserRole Role, Guid SessionId, DateTimeOffset ExpiresAt)
{
    /// <summary>
    /// The one header of every access token, with its dot. We are the only issuer, so nothing else is an access token: neither
    /// another algorithm nor another type, such as that of a refresh token (RFC 8725, 3.1 and 3.11; RFC 9068 names the type).
    /// It is the base64url of {"alg":"HS256","typ":"at+jwt"}.
    /// </summary>
    public static ReadOnlySpan<byte> Header => "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9."u8;

    /// <summary>
    /// Reads the claims strictly: every claim we write, none we do not, each once. A token counts from nbf on and before exp,
    /// to the second: the tolerance between the clocks of our nodes is in nbf, which the issuer sets back by it.
    /// </summary>
    /// <returns>Null for claims that make no valid token at this time.</returns>
    /// <exception cref="JsonException">It is not one JSON object.</exception>
    /// <exception cref="InvalidOperationException">A text has half a surrogate pair.</exception>
    public static AccessToken? Read(ReadOnlySpan<byte> json, string issuer, string audience, long nowSeconds)
    {
        var reader = new Utf8JsonReader(json);
        var seen = Claims.None;
        var (userId, sessionId) = (Guid.Empty, Guid.Empty);
        UserRole? role = null;
        long issuedAt = 0, notBefore = 0, expiresAt = 0;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var claim = ClaimOf(ref reader);
            if (claim == Claims.None || (seen & claim) != 0 || !reader.Read())
            {
                return null;
            }

            seen |= claim;
            var valid = claim switch
            {
                Claims.Issuer => IsText(ref reader) && reader.ValueTextEquals(issuer),
                Claims.Audience => IsText(ref reader) && reader.ValueTextEquals(audience),
                Claims.Subject => IsText(ref reader) && reader.TryGetGuid(out userId) && userId != Guid.Empty,
                Claims.Session => IsText(ref reader) && reader.TryGetGuid(out sessionId) && sessionId != Guid.Empty,
                Claims.Role => IsText(ref reader) && (role = UserRoles.Parse(reader.GetString())) is not null,
                Claims.IssuedAt => IsSeconds(ref reader, out issuedAt),
                Claims.NotBefore => IsSeconds(ref reader, out notBefore),
                Claims.ExpiresAt => IsSeconds(ref reader, out expiresAt),
                _ => IsText(ref reader),
            };
            if (!valid)
            {
                return null;
            }
        }

        var complete = reader.TokenType == JsonTokenType.EndObject && !reader.Read() && (seen & Claims.Required) == Claims.Required;
        return complete && notBefore <= nowSeconds && nowSeconds < expiresAt && expiresAt - issuedAt is > 0 and <= JwtOptions.MaxLifetimeSeconds
            ? new AccessToken(userId, role!.Value, sessionId, DateTimeOffset.FromUnixTimeSeconds(expiresAt))
            : null;
    }

    private static Claims ClaimOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("iss"u8) ? Claims.Issuer
        : reader.ValueTextEquals("aud"u8) ? Claims.Audience
        : reader.ValueTextEquals("sub"u8) ? Claims.Subject
        : reader.ValueTextEquals("sid"u8) ? Claims.Session
        : reader.ValueTextEquals("role"u8) ? Claims.Role
        : reader.ValueTextEquals("email"u8) ? Claims.Email
        : reader.ValueTextEquals("name"u8) ? Claims.Name
        : reader.ValueTextEquals("jti"u8) ? Claims.TokenId
        : reader.ValueTextEquals("iat"u8) ? Claims.IssuedAt
        : reader.ValueTextEquals("nbf"u8) ? Claims.NotBefore
        : reader.ValueTextEquals("exp"u8) ? Claims.ExpiresAt
        : Claims.None;

    private static bool IsText(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String;

    /// <summary>Seconds since 1970 in ten digits or fewer, so that no arithmetic on them can overflow.</summary>
    private static bool IsSeconds(ref Utf8JsonReader reader, out long seconds)
    {
        seconds = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out seconds) && seconds is >= 0 and < 10_000_000_000;
    }

    [Flags]
    private enum Claims
    {
        None = 0,
        Issuer = 1 << 0,
        Audience = 1 << 1,
        Subject = 1 << 2,
        Role = 1 << 3,
        TokenId = 1 << 4,
        IssuedAt = 1 << 5,
        NotBefore = 1 << 6,
        ExpiresAt = 1 << 7,
        Email = 1 << 8,
        Name = 1 << 9,
        Session = 1 << 10,
        Required = Issuer | Audience | Subject | Session | Role | TokenId | IssuedAt | NotBefore | ExpiresAt,
    }
}
