namespace WalletGrains.Journal.Reconciling;

/// <summary>What the journal has to be told about the postings it stores, because it knows no rules.</summary>
public sealed record PostingTerms
{
    /// <summary>Counter accounts that begin with this are wallets.</summary>
    public required string WalletAccountPrefix { get; init; }

    /// <summary>Names of the entry types that are steps of transfers.</summary>
    public required IReadOnlyCollection<string> TransferTypes { get; init; }

    /// <summary>Counter accounts that begin with this are billers.</summary>
    public required string BillerAccountPrefix { get; init; }

    /// <summary>Name of the entry type by which the money of a bill leaves.</summary>
    public required string BillPaymentType { get; init; }

    /// <summary>Name of the entry type by which it is given back.</summary>
    public required string BillReversalType { get; init; }

    /// <summary>The request id by which the money of a payment leaves.</summary>
    public required Func<Guid, string> BillCaptureOf { get; init; }

    /// <summary>The request id by which it is given back.</summary>
    public required Func<Guid, string> BillReversalOf { get; init; }

    /// <summary>Kinds of the jobs that bring payments of bills to their end; the key of each is the id of its payment.</summary>
    public required IReadOnlyCollection<string> BillJobKinds { get; init; }

    /// <summary>The transfer that the bytes of an entry name; null when they name none or are no entry.</summary>
    public required Func<ReadOnlyMemory<byte>, Guid?> TransferOf { get; init; }
}

/// <summary>Two records of the same thing that contradict each other.</summary>
/// <param name="What">One of the names in <see cref="Differences"/>.</param>
/// <param name="Where">The wallet, transfer, entry or currency.</param>
/// <param name="Expected">What one record says.</param>
/// <param name="Found">What the other one says.</param>
public sealed record Difference(string What, string Where, string Expected, string Found);

/// <summary>The kinds of differences there are.</summary>
public static class Differences
{
    /// <summary>A head row is at another version than the newest entry.</summary>
    public const string HeadVersion = "HEAD_VERSION";

    /// <summary>A head row has another balance than the newest entry left.</summary>
    public const string HeadBalance = "HEAD_BALANCE";

    /// <summary>A head row has another hash than the newest entry.</summary>
    public const string HeadHash = "HEAD_HASH";

    /// <summary>A wallet that was reconciled before has no head row any more.</summary>
    public const string HeadMissing = "HEAD_MISSING";

    /// <summary>A wallet has not as many entries as versions.</summary>
    public const string EntriesMissing = "ENTRIES_MISSING";

    /// <summary>The balance after an entry is not the sum of the amounts up to it.</summary>
    public const string EntrySum = "ENTRY_SUM";

    /// <summary>Entries that were reconciled before sum to something else now, in all or for an account. Found by full runs only.</summary>
    public const string EntriesChanged = "ENTRIES_CHANGED";

    /// <summary>The total of an account is not the sum of its entries. Found by full runs only.</summary>
    public const string AccountTotal = "ACCOUNT_TOTAL";

    /// <summary>Wallets and system accounts of a currency do not sum to zero.</summary>
    public const string CurrencySum = "CURRENCY_SUM";

    /// <summary>What left wallets for others and has not arrived is not what the unfinished transfers say.</summary>
    public const string InTransit = "IN_TRANSIT";

    /// <summary>The held part of a balance is not the sum of the wallet's active holds.</summary>
    public const string Holds = "HOLDS";

    /// <summary>A transfer has an entry too many or too few, or one that is not its own.</summary>
    public const string TransferEntry = "TRANSFER_ENTRY";

    /// <summary>An entry belongs to a transfer that does not know it.</summary>
    public const string EntryWithoutTransfer = "ENTRY_WITHOUT_TRANSFER";

    /// <summary>A transfer is neither credited nor refunded after all this time.</summary>
    public const string StuckTransfer = "STUCK_TRANSFER";

    /// <summary>A bulk transfer is neither made nor given up after all this time: it reserves, posts or releases.</summary>
    public const string StuckBulk = "STUCK_BULK";

    /// <summary>The money of a bill's payment is not where the payment says it is: held, gone to the biller, or given back.</summary>
    public const string BillMoney = "BILL_MONEY";

    /// <summary>What a biller got by the entries of wallets is not what it got by the payments.</summary>
    public const string BillerTotal = "BILLER_TOTAL";

    /// <summary>A payment of a bill does not go on, or its biller has not said for too long what became of it.</summary>
    public const string StuckBill = "STUCK_BILL";
}

/// <summary>What a reconciliation found.</summary>
/// <param name="IsComplete">It got through everything within its time; sums are only compared when it did. The next run goes on with what is left.</param>
/// <param name="WalletsChecked">Wallets whose heads and entries were compared: those that had changed.</param>
/// <param name="EntriesChecked">Entries that were summed.</param>
/// <param name="TransfersChecked">Transfers that were compared with their entries.</param>
/// <param name="DifferenceCount">How many differences there are; of a full run that goes on with earlier ones, with those that they found.</param>
/// <param name="Differences">The first of them.</param>
public sealed record ReconciliationReport(
    bool IsComplete,
    long WalletsChecked,
    long EntriesChecked,
    long TransfersChecked,
    long DifferenceCount,
    IReadOnlyList<Difference> Differences)
{
    /// <summary>Payments of bills that were compared with holds and entries.</summary>
    public long BillsChecked { get; init; }

    /// <summary>A full run ended before its time: not even its smallest step got done within that of a statement.</summary>
    public bool WasTooSlow { get; init; }

    /// <summary>What two runs found together.</summary>
    public ReconciliationReport And(ReconciliationReport other) => new(
        IsComplete && other.IsComplete,
        WalletsChecked + other.WalletsChecked,
        EntriesChecked + other.EntriesChecked,
        TransfersChecked + other.TransfersChecked,
        DifferenceCount + other.DifferenceCount,
        [.. Differences.Concat(other.Differences).Take(ReconciliationLimits.ListedDifferences)])
    {
        BillsChecked = BillsChecked + other.BillsChecked,
        WasTooSlow = WasTooSlow || other.WasTooSlow,
    };
}

/// <summary>The balance of an account of a currency, in minor units; sums may be larger than any one balance.</summary>
public sealed record AccountBalance(string Currency, string Account, decimal BalanceMinor);

/// <summary>Another process reconciles at this moment.</summary>
public sealed class ReconciliationBusyException() : Exception("Another process reconciles the same database.");

/// <summary>The work did not get done within its time.</summary>
public sealed class ReconciliationTooSlowException(string message) : Exception(message);
