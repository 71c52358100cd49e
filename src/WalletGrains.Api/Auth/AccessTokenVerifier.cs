using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Auth;

/// <summary>Checks access tokens. It knows one algorithm, one header and one set of claims; all else is no token.</summary>
internal sealed class AccessTokenVerifier(IOptions<JwtOptions> options, TimeProvider time)
{
    private readonly byte[] _key = options.Value.KeyBytes()!;
    private readonly string _issuer = options.Value.Issuer;
    private readonly string _audience = options.Value.Audience;

    /// <summary>Whether it is a valid access token now. What is wrong with it stays in here: callers are told only that it is.</summary>
    public bool TryVerify(ReadOnlySpan<char> text, [NotNullWhen(true)] out AccessToken? token)
    {
        token = null;
        Span<byte> ascii = stackalloc byte[ApiLimits.MaxTokenLength];
        if (text.Length > ApiLimits.MaxTokenLength || Ascii.FromUtf16(text, ascii, out var length) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        // The signature comes first: nothing of a token that is not ours is parsed.
        if (!ascii[..length].StartsWith(AccessToken.Header) || !CompactJws.TryVerify(_key, ascii[..length], out var signed))
        {
            return false;
        }

        Span<byte> claims = stackalloc byte[ApiLimits.MaxTokenLength];
        if (!CompactJws.TryDecode(signed[AccessToken.Header.Length..], claims, out var written) || !Utf8.IsValid(claims[..written]))
        {
            return false;
        }

        try
        {
            token = AccessToken.Read(claims[..written], _issuer, _audience, time.GetUtcNow().ToUnixTimeSeconds());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }

        return token is not null;
    }
}
