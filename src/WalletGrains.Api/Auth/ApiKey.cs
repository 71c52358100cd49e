using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Auth;

/// <summary>A service's key that is in force.</summary>
/// <param name="ServiceId">Whom it acts as.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="SecretHash">SHA-256 of its text.</param>
/// <param name="ExpiresAt">From when on it counts no more; null for never.</param>
internal sealed record ApiKey(Guid ServiceId, Scopes Scopes, byte[] SecretHash, DateTimeOffset? ExpiresAt)
{
    /// <summary>The header it is sent in.</summary>
    public const string HeaderName = "X-Api-Key";

    /// <summary>What every key begins with, so that scanners of source code find one that was left there.</summary>
    public const string Prefix = "wgk_";

    private const int IdBytes = 16;
    private const int SecretBytes = 32;

    /// <summary>Characters of a key.</summary>
    private const int Length = 4 + ((IdBytes + SecretBytes) * 4 / 3);

    /// <summary>A new key's text: the only time it exists in clear on our side.</summary>
    public static string NewText(Guid keyId)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + SecretBytes];
        keyId.TryWriteBytes(bytes, bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes[IdBytes..]);
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>What is kept of a key. It is random, so one round of SHA-256 hides it.</summary>
    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.ASCII.GetBytes(text));

    /// <summary>The key as it was made.</summary>
    public static ApiKey Of(ApiKeyRecord key) => new(key.ServiceId, ScopeNames.Parse(key.Scopes), key.SecretHash, key.ExpiresAt);

    /// <summary>Reads which key a text claims to be.</summary>
    public static bool TryReadId(string? text, out Guid keyId)
    {
        keyId = Guid.Empty;
        Span<byte> ascii = stackalloc byte[Length];
        Span<byte> bytes = stackalloc byte[IdBytes + SecretBytes];
        if (text is not { Length: Length }
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || !Encoding.ASCII.TryGetBytes(text, ascii, out var length)
            || !CompactJws.TryDecode(ascii[Prefix.Length..length], bytes, out var written)
            || written != bytes.Length)
        {
            return false;
        }

        keyId = new Guid(bytes[..IdBytes], bigEndian: true);
        return true;
    }

    /// <summary>Whether this text is the key; compared in constant time.</summary>
    public bool Is(string text)
    {
        Span<byte> ascii = stackalloc byte[Length];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(ascii[..Encoding.ASCII.GetBytes(text, ascii)], hash);
        return CryptographicOperations.FixedTimeEquals(hash, SecretHash);
    }

    /// <summary>The key without what could prove it.</summary>
    public override string ToString() => $"ApiKey {{ ServiceId = {ServiceId}, Scopes = {Scopes} }}";
}
