using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace WalletGrains.Api.Auth;

/// <summary>The compact form of a JSON Web Signature (RFC 7515) with HMAC-SHA256, and nothing else of that standard.</summary>
internal static class CompactJws
{
    /// <summary>Characters of a signature: 32 bytes in base64url.</summary>
    public const int SignatureLength = 43;

    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>The signature of header, dot and payload, in base64url.</summary>
    public static void Sign(ReadOnlySpan<byte> key, ReadOnlySpan<byte> signingInput, Span<byte> signature)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, signingInput, mac);
        Base64Url.EncodeToUtf8(mac, signature);
    }

    /// <summary>
    /// Whether the last part signs the two before it. The expected signature is encoded and compared as text in constant
    /// time, so a signature has one spelling only.
    /// </summary>
    /// <param name="key">The secret.</param>
    /// <param name="token">Three parts with two dots between them.</param>
    /// <param name="signingInput">The first two parts with their dot; empty when the signature is wrong.</param>
    public static bool TryVerify(ReadOnlySpan<byte> key, ReadOnlySpan<byte> token, out ReadOnlySpan<byte> signingInput)
    {
        signingInput = default;
        if (token.Length < SignatureLength + 2 || token[^(SignatureLength + 1)] != '.' || token.Count((byte)'.') != 2)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[SignatureLength];
        var signed = token[..^(SignatureLength + 1)];
        Sign(key, signed, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, token[^SignatureLength..]))
        {
            return false;
        }

        signingInput = signed;
        return true;
    }

    /// <summary>
    /// Decodes base64url as RFC 7515 wants it: no padding, no white space, no stray bits in the last character. The
    /// framework's decoder lets all three pass.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int written)
    {
        written = 0;
        if (text.IsEmpty
            || text.ContainsAnyExcept(Alphabet)
            || Base64Url.DecodeFromUtf8(text, destination, out var consumed, out written) != OperationStatus.Done
            || consumed != text.Length)
        {
            return false;
        }

        var tail = destination[(written - (written % 3))..written];
        Span<byte> canonical = stackalloc byte[4];
        var length = Base64Url.EncodeToUtf8(tail, canonical);
        return text[^length..].SequenceEqual(canonical[..length]);
    }
}
