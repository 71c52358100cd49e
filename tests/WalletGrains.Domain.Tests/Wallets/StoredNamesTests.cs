using System.Text;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

/// <summary>Names that are stored: they never change.</summary>
public sealed class StoredNamesTests
{
    [Theory]
    [InlineData(WalletRefusal.AmountNotPositive, "AMOUNT_NOT_POSITIVE")]
    [InlineData(WalletRefusal.CurrencyMismatch, "CURRENCY_MISMATCH")]
    [InlineData(WalletRefusal.AmountTooLarge, "AMOUNT_TOO_LARGE")]
    [InlineData(WalletRefusal.InsufficientFunds, "INSUFFICIENT_FUNDS")]
    [InlineData(WalletRefusal.WalletClosed, "WALLET_CLOSED")]
    [InlineData(WalletRefusal.WalletFrozen, "WALLET_FROZEN")]
    [InlineData(WalletRefusal.WalletNotFrozen, "WALLET_NOT_FROZEN")]
    [InlineData(WalletRefusal.WalletNotEmpty, "WALLET_NOT_EMPTY")]
    [InlineData(WalletRefusal.HoldNotActive, "HOLD_NOT_ACTIVE")]
    [InlineData(WalletRefusal.CaptureExceedsHold, "CAPTURE_EXCEEDS_HOLD")]
    [InlineData(WalletRefusal.ReversalExceedsOriginal, "REVERSAL_EXCEEDS_ORIGINAL")]
    [InlineData(WalletRefusal.LimitExceeded, "LIMIT_EXCEEDED")]
    [InlineData(WalletRefusal.TooManyHolds, "TOO_MANY_HOLDS")]
    public void A_refusal_is_stored_by_its_name(WalletRefusal refusal, string name)
    {
        Assert.Equal(name, Encoding.UTF8.GetString(RefusalContent.Encode(refusal)));
        Assert.Equal(refusal, RefusalContent.Decode(Encoding.UTF8.GetBytes(name)));
    }

    [Theory]
    [InlineData(EntryType.Fund, "FUND")]
    [InlineData(EntryType.Withdraw, "WITHDRAW")]
    [InlineData(EntryType.TransferOut, "TRANSFER_OUT")]
    [InlineData(EntryType.TransferIn, "TRANSFER_IN")]
    [InlineData(EntryType.TransferRefund, "TRANSFER_REFUND")]
    [InlineData(EntryType.Hold, "HOLD")]
    [InlineData(EntryType.Capture, "CAPTURE")]
    [InlineData(EntryType.Release, "RELEASE")]
    [InlineData(EntryType.Freeze, "FREEZE")]
    [InlineData(EntryType.Unfreeze, "UNFREEZE")]
    [InlineData(EntryType.Close, "CLOSE")]
    [InlineData(EntryType.SetLimits, "SET_LIMITS")]
    [InlineData(EntryType.BillPayment, "BILL_PAYMENT")]
    [InlineData(EntryType.BillReversal, "BILL_REVERSAL")]
    public void An_entry_type_is_stored_by_its_name(EntryType type, string name)
    {
        Assert.Equal(name, EntryTypes.NameOf(type));
        Assert.Equal(type, EntryTypes.Parse(name));
    }

    [Fact]
    public void Every_refusal_and_entry_type_has_a_name_of_its_own()
    {
        var refusals = Enum.GetValues<WalletRefusal>();
        Assert.Equal(refusals.Length, refusals.Select(RefusalContent.NameOf).Distinct().Count());
        var types = Enum.GetValues<EntryType>();
        Assert.Equal(types.Length, types.Select(EntryTypes.NameOf).Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("insufficient_funds")]
    [InlineData("NO_SUCH_NAME")]
    public void An_unknown_name_is_an_error(string name)
    {
        Assert.Throws<FormatException>(() => RefusalContent.Parse(name));
        Assert.Throws<ArgumentException>(() => EntryTypes.Parse(name));
    }
}
