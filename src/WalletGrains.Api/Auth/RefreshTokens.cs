using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Auth;

/// <summary>
/// Makes and reads refresh tokens: the session, 32 random bytes, and a MAC over both. The store keeps only the hash of the one that
/// is in force. The MAC says of any other that it was ours once: so a token that was used before is told from one that was made up,
/// without keeping the old ones, and what was made up costs no look-up.
/// </summary>
internal sealed class RefreshTokens(IOptions<JwtOptions> options)
{
    private const string Prefix = "wgr_";
    private const int IdBytes = 16;
    private const int SecretBytes = 32;
    private const int MacBytes = 16;
    private const int Bytes = IdBytes + SecretBytes + MacBytes;

    // Its own key: neither kind of token may help to make the other.
    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, options.Value.KeyBytes()!, HMACSHA256.HashSizeInBytes, info: "walletgrains refresh token"u8.ToArray());

    /// <summary>Characters of a token.</summary>
    public static int Length { get; } = Prefix.Length + Base64Url.GetEncodedLength(Bytes);

    /// <summary>A new token of this session.</summary>
    /// <returns>The token, and what is kept of it.</returns>
    public (string Text, byte[] Hash) Make(Guid sessionId)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        sessionId.TryWriteBytes(bytes, bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes[IdBytes..^MacBytes]);
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

    private void WriteMac(ReadOnlySpan<byte> signed, Span<byte> mac)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, signed, whole);
        whole[..MacBytes].CopyTo(mac);
    }
}
