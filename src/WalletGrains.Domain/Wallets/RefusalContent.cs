using System.Diagnostics;
using System.Text;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <summary>The bytes of a refusal: its name. Names are stored, so they never change.</summary>
public static class RefusalContent
{
    /// <summary>The bytes to store.</summary>
    public static byte[] Encode(WalletRefusal refusal) => Encoding.UTF8.GetBytes(NameOf(refusal));

    /// <summary>The refusal that the bytes hold.</summary>
    /// <exception cref="FormatException">They are not the content of a refusal.</exception>
    public static WalletRefusal Decode(ReadOnlySpan<byte> content) => Parse(Encoding.UTF8.GetString(content));

    /// <summary>The name of a refusal, as it is stored with the transfer that failed for it.</summary>
    public static string NameOf(WalletRefusal refusal) => refusal switch
    {
        WalletRefusal.AmountNotPositive => "AMOUNT_NOT_POSITIVE",
        WalletRefusal.CurrencyMismatch => "CURRENCY_MISMATCH",
        WalletRefusal.AmountTooLarge => "AMOUNT_TOO_LARGE",
        WalletRefusal.WalletClosed => "WALLET_CLOSED",
        WalletRefusal.WalletFrozen => "WALLET_FROZEN",
        WalletRefusal.WalletNotFrozen => "WALLET_NOT_FROZEN",
        WalletRefusal.WalletNotEmpty => "WALLET_NOT_EMPTY",
        WalletRefusal.HoldNotActive => "HOLD_NOT_ACTIVE",
        WalletRefusal.CaptureExceedsHold => "CAPTURE_EXCEEDS_HOLD",
        WalletRefusal.ReversalExceedsOriginal => "REVERSAL_EXCEEDS_ORIGINAL",
        WalletRefusal.LimitExceeded => "LIMIT_EXCEEDED",
        WalletRefusal.InsufficientFunds => "INSUFFICIENT_FUNDS",
        WalletRefusal.TooManyHolds => "TOO_MANY_HOLDS",
        _ => throw new UnreachableException($"Refusal {refusal} has no name."),
    };

    /// <summary>The refusal with this name.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static WalletRefusal Parse(string name)
    {
        foreach (var refusal in Enum.GetValues<WalletRefusal>())
        {
            if (NameOf(refusal) == name)
            {
                return refusal;
            }
        }

        throw new FormatException($"'{name}' is not a refusal.");
    }
}
