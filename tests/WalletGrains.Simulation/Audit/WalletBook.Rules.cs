namespace WalletGrains.Simulation.Audit;

/// <summary>What the books of other wallets say about a request, as far as it matters to this one.</summary>
/// <param name="Left">What is left to give back, for a reversal.</param>
/// <param name="Settles">Whether a credit must be taken because another wallet has given the money away for good.</param>
/// <param name="IsNotIts">Whether the hold is a bulk transfer's, and the request is not.</param>
internal readonly record struct Circumstances(long Left, bool Settles, bool IsNotIts);

/// <content>What a wallet has to do, written down from the contract.</content>
internal sealed partial class WalletBook
{
    private const long MostMoney = 1_000_000_000_000_000;

    /// <summary>What the head row has to know of holds and limits.</summary>
    public string Details => HeadDetails.Of(
        Holds.Values.Where(hold => hold.Status == "ACTIVE").Select(hold => (hold.HoldId, hold.Amount, hold.ExpiresAt)),
        Content.LimitsText(_perTransaction, _perDay, _perMinute));

    /// <summary>Why the wallet must refuse this now; null when it must accept.</summary>
    public string? RefusalOf(Content asked, DateTimeOffset at, Circumstances others)
    {
        at = Entries.Count > 0 && Entries[^1].CreatedAt > at ? Entries[^1].CreatedAt : at;
        var amount = asked.Amount ?? 0;
        if (asked.Amount <= 0)
        {
            return "AMOUNT_NOT_POSITIVE";
        }

        if (asked.Currency is { } currency && currency != Currency)
        {
            return "CURRENCY_MISMATCH";
        }

        var comesIn = asked.Kind == Kinds.Fund || (asked.Kind == Kinds.TransferIn && !others.Settles);
        if (amount > MostMoney || (comesIn && Now.Balance + amount > MostMoney))
        {
            return "AMOUNT_TOO_LARGE";
        }

        return PhaseRefusalOf(asked, others) ?? (asked.Kind switch
        {
            Kinds.Close => Now.Balance > 0 ? "WALLET_NOT_EMPTY" : null,
            Kinds.Capture or Kinds.Release or Kinds.Expire or Kinds.BillPayment or Kinds.BillReversal => others.IsNotIts ? "HOLD_NOT_ACTIVE" : HoldRefusalOf(asked, at),
            Kinds.Reversal when (asked.Amount ?? others.Left) is var back && (back <= 0 || back > others.Left) => "REVERSAL_EXCEEDS_ORIGINAL",
            Kinds.Reversal => (asked.Amount ?? others.Left) > Now.Balance - Now.Held ? "INSUFFICIENT_FUNDS" : null,
            Kinds.Withdraw or Kinds.TransferOut or Kinds.Hold => ExceedsLimits(amount, at) ? "LIMIT_EXCEEDED" : amount > Now.Balance - Now.Held ? "INSUFFICIENT_FUNDS" : null,
            _ => null,
        });
    }

    /// <summary>The wallet after an entry that is right.</summary>
    public Standing After(AuditedEntry entry) => new(
        Now.Balance + entry.Kind switch
        {
            Kinds.Fund or Kinds.BankCredit or Kinds.TransferIn or Kinds.TransferRefund => entry.Amount,
            Kinds.Withdraw or Kinds.TransferOut or Kinds.HeldTransferOut or Kinds.Reversal or Kinds.Capture or Kinds.BillPayment => -entry.Amount,
            _ => 0,
        },
        Now.Held + entry.Kind switch
        {
            Kinds.Hold => entry.Amount,
            Kinds.Capture or Kinds.Release or Kinds.Expire or Kinds.HeldTransferOut or Kinds.BillPayment or Kinds.BillReversal => -Holds[entry.Hold!.HoldId].Amount,
            _ => 0,
        },
        entry.Kind switch
        {
            Kinds.Freeze => "FROZEN",
            Kinds.Unfreeze => "OPEN",
            Kinds.Close => "CLOSED",
            Kinds.BankCredit or Kinds.TransferIn or Kinds.TransferRefund when Now.Status == "CLOSED" => "OPEN",
            _ => Now.Status,
        });

    /// <summary>What an entry has to say of its hold.</summary>
    public AuditedHold? HoldAfter(AuditedEntry entry)
    {
        var hold = entry.Hold is { } told ? Holds.GetValueOrDefault(told.HoldId) : null;
        return entry.Kind switch
        {
            Kinds.Hold => new AuditedHold(entry.Hold!.HoldId, entry.Amount, 0, "ACTIVE", entry.Hold.ExpiresAt, entry.CreatedAt),
            Kinds.Capture or Kinds.HeldTransferOut or Kinds.BillPayment => hold! with { Status = "CAPTURED", Captured = entry.Amount },
            Kinds.Release or Kinds.BillReversal => hold! with { Status = "RELEASED" },
            Kinds.Expire => hold! with { Status = "EXPIRED" },
            _ => null,
        };
    }

    // What was begun comes to its end in every phase.
    private string? PhaseRefusalOf(Content asked, Circumstances others) => (Now.Status, asked.Kind) switch
    {
        (_, Kinds.BankCredit or Kinds.TransferRefund or Kinds.Capture or Kinds.Release or Kinds.Expire or Kinds.HeldTransferOut) => null,
        (_, Kinds.BillPayment or Kinds.BillReversal) => null,
        (_, Kinds.TransferIn) when others.Settles => null,
        ("OPEN", Kinds.Unfreeze) => "WALLET_NOT_FROZEN",
        ("OPEN", _) => null,
        ("FROZEN", Kinds.Reversal or Kinds.Unfreeze or Kinds.SetLimits) => null,
        ("FROZEN", Kinds.Close) when asked.More == Content.EvenFrozen => null,
        ("FROZEN", _) => "WALLET_FROZEN",
        _ => "WALLET_CLOSED",
    };

    private string? HoldRefusalOf(Content asked, DateTimeOffset at)
    {
        var hold = Holds.GetValueOrDefault(asked.Subject!.Value);
        return hold is not { Status: "ACTIVE" } || (asked.Kind == Kinds.Capture && hold.ExpiresAt <= at) ? "HOLD_NOT_ACTIVE"
            : asked.Amount > hold.Amount ? "CAPTURE_EXCEEDS_HOLD"
            : null;
    }
}
