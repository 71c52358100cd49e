using System.Security.Cryptography;
using System.Text;

namespace WalletGrains.Domain.Wallets;

/// <summary>
/// The chain that makes a changed, removed or inserted entry visible: each entry's hash is SHA-256 over the previous
/// hash and the entry's bytes. It begins with a hash of the opening.
/// </summary>
public static class HashChain
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    /// <summary>The hash before the first entry.</summary>
    public static byte[] Begin(WalletState opened)
    {
        var text = $"{opened.WalletId}|{opened.Currency.Code}|{opened.OwnerId}|{opened.CreatedAt.UtcTicks}";
        return SHA256.HashData(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The hash of an entry with these bytes.</summary>
    public static byte[] Next(ReadOnlySpan<byte> previousHash, ReadOnlySpan<byte> content)
    {
        if (previousHash.Length != HashLength)
        {
            throw new ArgumentException($"A hash has {HashLength} bytes.", nameof(previousHash));
        }

        Span<byte> input = HashLength + content.Length <= 2_048 ? stackalloc byte[HashLength + content.Length] : new byte[HashLength + content.Length];
        previousHash.CopyTo(input);
        content.CopyTo(input[HashLength..]);
        return SHA256.HashData(input);
    }
}
