using System.Security.Cryptography;
using System.Text;
using WalletGrains.Chaos.Checking;
using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Tests.Checking;

/// <summary>
/// A history and its books as data: sound at first, for a test to spoil. Time is a counter; an operation takes from one tick
/// to the next unless the test says otherwise.
/// </summary>
internal sealed class SampleBank
{
    private readonly Dictionary<Guid, (long Version, long Balance, byte[] Hash)> _heads = [];
    private long _now;

    public static Guid Ada { get; } = new("00000000-0000-0000-0000-00000000000a");

    public static Guid Ben { get; } = new("00000000-0000-0000-0000-00000000000b");

    public List<OperationRecord> Operations { get; } = [];

    public List<ReadRecord> Reads { get; } = [];

    public List<BookEntry> Entries { get; } = [];

    public List<BookTransfer> Transfers { get; } = [];

    public List<BookHold> Holds { get; } = [];

    public HashSet<(Guid, string)> Refused { get; } = [];

    /// <summary>What the head rows and the product say, where that is not the fold of the entries.</summary>
    public List<BookHead> Heads { get; } = [];

    public List<BookHead> Shown { get; } = [];

    /// <summary>Entries that were not there yet when unknown operations were looked up.</summary>
    public HashSet<BookEntry> After { get; } = [];

    /// <summary>Entries that were there when unknown operations were looked up, and are not any more.</summary>
    public List<BookEntry> Before { get; } = [];

    public long LookedAt { get; set; } = long.MaxValue;

    /// <summary>Asked for, done and acknowledged.</summary>
    public BookEntry Deposit(string id, Guid wallet, long amount) => Do(new Operation(id, OperationKind.Deposit, wallet, amount));

    public BookEntry Withdraw(string id, Guid wallet, long amount) => Do(new Operation(id, OperationKind.Withdraw, wallet, amount));

    public BookTransfer Transfer(string id, Guid from, Guid to, long amount)
    {
        var transferId = Guid.NewGuid();
        var operation = new Operation(id, OperationKind.Transfer, from, amount) { ToWalletId = to };
        var debit = Enter(from, "c:" + id, "TRANSFER_OUT", -amount);
        var credit = Enter(to, $"t:{transferId:N}/credit", "TRANSFER_IN", amount);
        var transfer = new BookTransfer(transferId, from, to, amount, TransferStep.Completed, debit.EntryId, credit.EntryId, null);
        Transfers.Add(transfer);
        Tell(operation, new Reply.Ok($$"""{"transferId":"{{transferId}}","amount":{{amount / 100m}},"balance":{{debit.BalanceAfterMinor / 100m}}}""", false));
        return transfer;
    }

    public BookHold Hold(string id, Guid wallet, long amount)
    {
        var hold = new BookHold(Guid.NewGuid(), wallet, amount, 0, HoldStep.Active);
        Enter(wallet, "c:" + id, "HOLD", 0);
        Holds.Add(hold);
        Tell(new Operation(id, OperationKind.Hold, wallet, amount), HoldReceipt(hold));
        return hold;
    }

    public BookHold Capture(string id, BookHold hold, long amount)
    {
        var captured = hold with { Step = HoldStep.Captured, CapturedMinor = amount };
        Enter(hold.WalletId, "c:" + id, "CAPTURE", -amount);
        Holds[Holds.IndexOf(hold)] = captured;
        Tell(new Operation(id, OperationKind.Capture, hold.WalletId, amount) { HoldId = hold.HoldId }, HoldReceipt(captured));
        return captured;
    }

    /// <summary>Asked for, with these answers, one after the other.</summary>
    public OperationRecord Tell(Operation operation, params Reply[] replies)
    {
        var record = new OperationRecord(operation, [.. replies.Select(reply => new Attempt(_now++, _now++, reply))]);
        Operations.Add(record);
        return record;
    }

    public static Reply.Ok Receipt(BookEntry entry, bool replayed = false) => new(
        $$"""{"transactionId":"{{entry.EntryId}}","version":{{entry.Version}},"amount":{{Math.Abs(entry.AmountMinor) / 100m}},"balance":{{entry.BalanceAfterMinor / 100m}}}""", replayed);

    public static Reply.Ok HoldReceipt(BookHold hold) => new($$"""{"holdId":"{{hold.HoldId}}"}""", false);

    /// <summary>Only in the books.</summary>
    public BookEntry Enter(Guid wallet, string requestId, string type, long signedAmount)
    {
        var head = _heads.GetValueOrDefault(wallet, (0, 0, new byte[32]));
        var content = Encoding.UTF8.GetBytes($"{requestId} {signedAmount}");
        var entry = new BookEntry(
            wallet, head.Version + 1, Guid.NewGuid(), requestId, type, signedAmount, head.Balance + signedAmount, content, SHA256.HashData([.. head.Hash, .. content]));
        _heads[wallet] = (entry.Version, entry.BalanceAfterMinor, entry.Hash);
        Entries.Add(entry);
        return entry;
    }

    public Verdict Check()
    {
        BookHead[] folded = [.. _heads.Select(head => new BookHead(head.Key, head.Value.Version, head.Value.Balance, HeldOn(head.Key)))];
        BookHead[] heads = [.. folded.Where(head => Heads.TrueForAll(other => other.WalletId != head.WalletId)), .. Heads];
        var looked = new Books(LookedAt, heads, [.. Entries.Except(After), .. Before], Refused, Transfers, Holds);
        var books = new Books(LookedAt, heads, [.. Entries.OrderBy(entry => (entry.WalletId, entry.Version))], Refused, Transfers, Holds);
        return Checker.Check(new Evidence(Operations, Reads, looked, books, [.. heads, .. Shown]));
    }

    private long HeldOn(Guid wallet) => Holds.Where(hold => hold.WalletId == wallet && hold.Step is HoldStep.Active).Sum(hold => hold.AmountMinor);

    private BookEntry Do(Operation operation)
    {
        var entry = Enter(operation.WalletId, "c:" + operation.RequestId, operation.Kind is OperationKind.Deposit ? "FUND" : "WITHDRAW", operation.SignedAmountMinor);
        Tell(operation, Receipt(entry));
        return entry;
    }
}
