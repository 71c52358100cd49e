using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <summary>
/// A digest of what a request asks for, so that a request id that comes back with other content is noticed. It covers
/// everything the caller chose and nothing the product chose: a proposed transfer id is not part of it.
/// </summary>
public static class Fingerprint
{
    /// <summary>Bytes of a fingerprint: half a SHA-256. Callers can only collide with themselves.</summary>
    public const int Length = 16;

    // Kind, amount, currency, other wallet, whether there is a description: all of fixed length, so no two contents share bytes.
    private const int HeaderLength = 1 + 8 + 3 + 16 + 1;

    /// <summary>The fingerprint of a command.</summary>
    public static byte[] Of(WalletCommand command)
    {
        var words = command.Description ?? "";
        var length = HeaderLength + Encoding.UTF8.GetByteCount(words);
        Span<byte> input = length <= 2_048 ? stackalloc byte[length] : new byte[length];
        var (kind, other) = command switch
        {
            Deposit => ((byte)1, Guid.Empty),
            Withdraw => ((byte)2, Guid.Empty),
            DebitTransfer debit => ((byte)3, debit.ToWalletId),
            CreditTransfer credit => ((byte)4, credit.FromWalletId),
            RefundTransfer refund => ((byte)5, refund.ToWalletId),
            _ => throw new UnreachableException($"{command.GetType().Name} has no fingerprint."),
        };

        input[0] = kind;
        BinaryPrimitives.WriteInt64LittleEndian(input[1..], command.Amount.MinorUnits);
        Encoding.ASCII.GetBytes(command.Amount.Currency.Code, input[9..]);
        other.TryWriteBytes(input[12..]);
        input[28] = command.Description is null ? (byte)0 : (byte)1;
        Encoding.UTF8.GetBytes(words, input[HeaderLength..]);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        return hash[..Length].ToArray();
    }
}
