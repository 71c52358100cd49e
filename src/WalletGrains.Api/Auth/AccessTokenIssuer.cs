using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Options;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Auth;

/// <summary>Makes access tokens.</summary>
internal sealed class AccessTokenIssuer(IOptions<JwtOptions> options, TimeProvider time)
{
    /// <summary>Claims are read by nothing that could take them for markup, so what need not be escaped is not.</summary>
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly byte[] _key = options.Value.KeyBytes()!;

    /// <summary>Seconds a token lives.</summary>
    public int LifetimeSeconds => options.Value.LifetimeSeconds;

    /// <summary>A token for this user, from now on.</summary>
    /// <param name="user">The user.</param>
    /// <param name="sessionId">The session with whose end the token ends too.</param>
    public string Issue(User user, Guid sessionId)
    {
        var now = time.GetUtcNow();
        var issuedAt = now.ToUnixTimeSeconds();
        var claims = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(claims, Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("iss"u8, options.Value.Issuer);
            writer.WriteString("aud"u8, options.Value.Audience);
            writer.WriteString("sub"u8, user.UserId);
            writer.WriteString("sid"u8, sessionId);
            writer.WriteString("role"u8, UserRoles.NameOf(user.Role));
            writer.WriteString("email"u8, user.Email);
            writer.WriteString("name"u8, user.FullName);
            writer.WriteString("jti"u8, Guid.CreateVersion7(now).ToString("N", CultureInfo.InvariantCulture));
            writer.WriteNumber("iat"u8, issuedAt);
            writer.WriteNumber("nbf"u8, issuedAt - (long)ApiLimits.ClockSkew.TotalSeconds);
            writer.WriteNumber("exp"u8, issuedAt + LifetimeSeconds);
            writer.WriteEndObject();
        }

        return Sign(claims.WrittenSpan);
    }

    /// <summary>The token that carries these claims.</summary>
    internal string Sign(ReadOnlySpan<byte> claims)
    {
        var header = AccessToken.Header;
        var signedLength = header.Length + Base64Url.GetEncodedLength(claims.Length);
        var token = new byte[signedLength + 1 + CompactJws.SignatureLength];
        header.CopyTo(token);
        Base64Url.EncodeToUtf8(claims, token.AsSpan(header.Length));
        token[signedLength] = (byte)'.';
        CompactJws.Sign(_key, token.AsSpan(0, signedLength), token.AsSpan(signedLength + 1));
        return Encoding.ASCII.GetString(token);
    }
}
