using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Audit;

/// <summary>What a request asks a wallet for, in the auditor's own words. What the product chooses, such as ids, is not part of it.</summary>
/// <param name="Kind">What is to happen; see <see cref="Kinds"/>.</param>
/// <param name="Amount">Minor units; null for all that there is, or where no amount is concerned.</param>
/// <param name="Currency">ISO code; null where no amount is named.</param>
/// <param name="Subject">The other wallet of a transfer, the transfer of a reversal, the hold of its end.</param>
/// <param name="Words">The description.</param>
/// <param name="More">What is special about a kind: how long a hold lasts, which limits are set, metadata.</param>
internal sealed record Content(string Kind, long? Amount, string? Currency, Guid? Subject, string? Words, string? More = null)
{
    /// <summary>Said of a closing that a freeze does not stop.</summary>
    public const string EvenFrozen = "even frozen";

    public static Content Of(WalletCommand command) => command switch
    {
        Deposit => Money(Kinds.Fund, command, null),
        Withdraw => Money(Kinds.Withdraw, command, null),
        DebitTransfer debit => Money(Kinds.TransferOut, command, debit.ToWalletId),
        PlaceHold hold => Money(Kinds.Hold, command, null) with { More = LastsText(hold.ExpiresAfter) },
        CaptureHold capture => new Content(Kinds.Capture, capture.Amount?.MinorUnits, capture.Amount?.Currency.Code, capture.HoldId, null),
        ReleaseHold release => new Content(Kinds.Release, null, null, release.HoldId, null),
        FreezeWallet => new Content(Kinds.Freeze, null, null, null, command.Description),
        UnfreezeWallet => new Content(Kinds.Unfreeze, null, null, null, command.Description),
        CloseWallet close => new Content(Kinds.Close, null, null, null, command.Description, close.EvenFrozen ? EvenFrozen : null),
        SetLimits set => new Content(Kinds.SetLimits, null, null, null, null, LimitsText(set.Limits.PerTransactionMinor, set.Limits.PerDayMinor, set.Limits.CountPerMinute)),
        _ => throw new AuditException($"The auditor does not know {command.GetType().Name}."),
    };

    public static Content Of(StartTransfer transfer) => new(
        Kinds.TransferOut,
        transfer.Amount.MinorUnits,
        transfer.Amount.Currency.Code,
        transfer.ToWalletId,
        transfer.Description,
        MetadataText(transfer.Metadata?.Pairs));

    public static Content Of(ReverseTransfer reversal) =>
        new(Kinds.Reversal, reversal.Amount?.MinorUnits, reversal.Amount?.Currency.Code, reversal.TransferId, reversal.Reason);

    /// <summary>How long a hold lasts; null for until it is ended.</summary>
    public static string? LastsText(TimeSpan? duration) => duration is { } lasts ? $"{lasts.TotalSeconds} s" : null;

    public static string LimitsText(long? perTransaction, long? perDay, long? perMinute) => $"{perTransaction}/{perDay}/{perMinute}";

    public static string? MetadataText(IEnumerable<KeyValuePair<string, string>>? pairs) =>
        pairs is null ? null : string.Join('&', pairs.Select(pair => $"{pair.Key}={pair.Value}"));

    private static Content Money(string kind, WalletCommand command, Guid? subject)
    {
        var amount = ((MoneyCommand)command).Amount;
        return new Content(kind, amount.MinorUnits, amount.Currency.Code, subject, command.Description, MetadataText(command.Metadata?.Pairs));
    }
}

/// <summary>What can happen to a wallet: the stored names of entry types, with the two that some of them stand for.</summary>
internal static class Kinds
{
    public const string Fund = "FUND";
    public const string Withdraw = "WITHDRAW";
    public const string TransferOut = "TRANSFER_OUT";
    public const string TransferIn = "TRANSFER_IN";
    public const string TransferRefund = "TRANSFER_REFUND";
    public const string Hold = "HOLD";
    public const string Capture = "CAPTURE";
    public const string Release = "RELEASE";
    public const string Freeze = "FREEZE";
    public const string Unfreeze = "UNFREEZE";
    public const string Close = "CLOSE";
    public const string SetLimits = "SET_LIMITS";

    public const string BillPayment = "BILL_PAYMENT";
    public const string BillReversal = "BILL_REVERSAL";

    /// <summary>A FUND of what the bank has received.</summary>
    public const string BankCredit = "BANK_CREDIT";

    /// <summary>A TRANSFER_OUT that gives another transfer back.</summary>
    public const string Reversal = "REVERSAL";

    /// <summary>A TRANSFER_OUT of what a bulk transfer had held.</summary>
    public const string HeldTransferOut = "HELD_TRANSFER_OUT";

    /// <summary>A RELEASE because the time of the hold is over.</summary>
    public const string Expire = "EXPIRE";
}
