using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Auth;

/// <summary>
/// Makes and reads refresh tokens: the session, 32 random bytes, and a MAC over both. The store keeps only the hash of the one that
/// is in force, and of the one before it. The MAC says of any other that it was ours once: so a token that was used before is told from one that was made up,
/// without keeping the old ones, and what was made up costs no look-up.
/// </summary>
internal sealed class RefreshTokens(IOptions<JwtOptions> options)
{
    private const string Prefix = "wgr_";
    private const int IdBytes = 16;
    private const int SecretBytes = 32;
    private const int MacBytes = 16;
    private const int Bytes = IdBytes + SecretBytes + MacBytes;

    // Their own keys: neither kind of token may help to make the other, and no hash of the store the next token.
    private readonly byte[] _key = KeyOf(options.Value, "walletgrains refresh token"u8);
    private readonly byte[] _nextKey = KeyOf(options.Value, "walletgrains next refresh token"u8);

    /// <summary>Characters of a token.</summary>
    public static int Length { get; } = Prefix.Length + Base64Url.GetEncodedLength(Bytes);

    /// <summary>The first token of a session.</summary>
    /// <returns>The token, and what is kept of it.</returns>
    public (string Text, byte[] Hash) Make(Guid sessionId)
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(secret);
        return Make(sessionId, secret);
    }

    /// <summary>
    /// The token after the one with this hash: always the same one, so that a repeat of a request whose answer was lost gets that answer, and
    /// nothing of it need be stored. Without this product's key nobody can tell it from a random one.
    /// </summary>
    public (string Text, byte[] Hash) Next(Guid sessionId, byte[] hash) => Make(sessionId, HMACSHA256.HashData(_nextKey, hash));

    private (string Text, byte[] Hash) Make(Guid sessionId, ReadOnlySpan<byte> secret)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        sessionId.TryWriteBytes(bytes, bigEndian: true, out _);
        secret.CopyTo(bytes[IdBytes..]);
        WriteMac(bytes[..^MacBytes], bytes[^MacBytes..]);
        return (Prefix + Base64Url.EncodeToString(bytes), SHA256.HashData(bytes));
    }

    /// <summary>Whether it is a token of ours; whether it is still in force, the session tells.</summary>
    public bool TryRead(string text, out Guid sessionId, out byte[] hash)
    {
        (sessionId, hash) = (Guid.Empty, []);
        Span<byte> ascii = stackalloc byte[Length];
        Span<byte> bytes = stackalloc byte[Bytes];
        Span<byte> mac = stackalloc byte[MacBytes];
        if (text.Length != Length
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || !Encoding.ASCII.TryGetBytes(text, ascii, out var length)
            || !CompactJws.TryDecode(ascii[Prefix.Length..length], bytes, out var written)
            || written != Bytes)
        {
            return false;
        }

        WriteMac(bytes[..^MacBytes], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, bytes[^MacBytes..]))
        {
            return false;
        }

        (sessionId, hash) = (new Guid(bytes[..IdBytes], bigEndian: true), SHA256.HashData(bytes));
        return true;
    }

    private static byte[] KeyOf(JwtOptions options, ReadOnlySpan<byte> purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, options.KeyBytes()!, HMACSHA256.HashSizeInBytes, info: purpose.ToArray());

    private void WriteMac(ReadOnlySpan<byte> signed, Span<byte> mac)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, signed, whole);
        whole[..MacBytes].CopyTo(mac);
    }
}
