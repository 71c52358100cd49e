using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using WalletGrains.Contracts;
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

    // Kind, amount, currency, other wallet or hold, whether there is a description: all of fixed length, so no two contents
    // share bytes. What few commands have follows the description, each with its length in front.
    private const int HeaderLength = 1 + 8 + 3 + 16 + 1;

    /// <summary>The fingerprint of a command.</summary>
    public static byte[] Of(WalletCommand command)
    {
        var words = command.Description ?? "";
        var more = MoreOf(command);
        var wordsLength = Encoding.UTF8.GetByteCount(words);
        var length = HeaderLength + wordsLength + (more.Length > 0 ? sizeof(int) + more.Length : 0);
        Span<byte> input = length <= 2_048 ? stackalloc byte[length] : new byte[length];
        input[..HeaderLength].Clear();
        var (kind, other) = KindOf(command);
        input[0] = kind;
        if (AmountOf(command) is { } amount)
        {
            BinaryPrimitives.WriteInt64LittleEndian(input[1..], amount.MinorUnits);
            Encoding.ASCII.GetBytes(amount.Currency.Code, input[9..]);
        }

        other.TryWriteBytes(input[12..]);
        input[28] = command.Description is null ? (byte)0 : (byte)1;
        Encoding.UTF8.GetBytes(words, input[HeaderLength..]);
        if (more.Length > 0)
        {
            BinaryPrimitives.WriteInt32LittleEndian(input[(HeaderLength + wordsLength)..], more.Length);
            more.CopyTo(input[(HeaderLength + wordsLength + sizeof(int))..]);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        return hash[..Length].ToArray();
    }

    private static (byte Kind, Guid Other) KindOf(WalletCommand command) => command switch
    {
        Deposit => (1, Guid.Empty),
        Withdraw => (2, Guid.Empty),
        DebitTransfer debit => (3, debit.ToWalletId),
        CreditTransfer credit => (4, credit.FromWalletId),
        RefundTransfer refund => (5, refund.ToWalletId),
        DebitHeldTransfer debit => (6, debit.ToWalletId),
        DebitReversal reversal => (7, reversal.ReversedTransferId),
        PlaceHold => (8, Guid.Empty),
        CaptureHold capture => (9, capture.HoldId),
        ReleaseHold release => (10, release.HoldId),
        ExpireHold expire => (11, expire.HoldId),
        FreezeWallet => (12, Guid.Empty),
        UnfreezeWallet => (13, Guid.Empty),
        CloseWallet => (14, Guid.Empty),
        SetLimits => (15, Guid.Empty),
        ReceiveBankCredit => (16, Guid.Empty),
        CaptureBill capture => (17, capture.PaymentId),
        ReverseBill reversal => (18, reversal.PaymentId),
        _ => throw new UnreachableException($"{command.GetType().Name} has no fingerprint."),
    };

    private static Money? AmountOf(WalletCommand command) => command switch
    {
        DebitReversal { UpToWhatIsLeft: true } => null,
        MoneyCommand money => money.Amount,
        CaptureHold capture => capture.Amount,
        _ => null,
    };

    private static byte[] MoreOf(WalletCommand command)
    {
        var text = (command, command.Metadata) switch
        {
            (PlaceHold { ExpiresAfter: { } duration }, _) => Invariant($"{duration.TotalSeconds}s"),
            (SetLimits { Limits: var limits }, _) => Invariant($"{limits.PerTransactionMinor}/{limits.PerDayMinor}/{limits.CountPerMinute}"),
            (CaptureBill { BillerCode: var code }, _) => code,
            (_, null) => "",
            _ => "|",
        };
        return text.Length == 0 ? [] : Encoding.UTF8.GetBytes(text + (command.Metadata is { } metadata ? MetadataContent.Encode(metadata) : ""));
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
