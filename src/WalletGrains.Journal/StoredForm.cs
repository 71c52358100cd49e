using System.Text;
using WalletGrains.Journal.Bills;
using WalletGrains.Journal.Bulks;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Schedules;

namespace WalletGrains.Journal;

/// <summary>
/// What PostgreSQL makes of the rows it is given: bytes of their own, times to the microsecond, and the constraints of
/// sql/. So that <see cref="MemoryJournal"/> gives back and refuses the same.
/// </summary>
internal static class StoredForm
{
    public static DateTimeOffset Stored(this DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    public static WalletHead Stored(this WalletHead head) => head with
    {
        HeadHash = head.HeadHash.ToArray(),
        Details = head.Details.ToArray(),
        CreatedAt = head.CreatedAt.Stored(),
        UpdatedAt = head.UpdatedAt.Stored(),
    };

    public static WalletEntry Stored(this WalletEntry entry) => entry with
    {
        Fingerprint = entry.Fingerprint.ToArray(),
        Content = entry.Content.ToArray(),
        Hash = entry.Hash.ToArray(),
        CreatedAt = entry.CreatedAt.Stored(),
    };

    public static RefusedRequest Stored(this RefusedRequest refusal) => refusal with
    {
        Fingerprint = refusal.Fingerprint.ToArray(),
        Content = refusal.Content.ToArray(),
        CreatedAt = refusal.CreatedAt.Stored(),
    };

    public static TransferRow Stored(this TransferRow transfer) => transfer with
    {
        CreatedAt = transfer.CreatedAt.Stored(),
        UpdatedAt = transfer.UpdatedAt.Stored(),
    };

    public static HoldRow Stored(this HoldRow hold) => hold with
    {
        ExpiresAt = hold.ExpiresAt?.Stored(),
        CreatedAt = hold.CreatedAt.Stored(),
        UpdatedAt = hold.UpdatedAt.Stored(),
    };

    public static BulkRow Stored(this BulkRow bulk) => bulk with
    {
        Fingerprint = bulk.Fingerprint.ToArray(),
        Legs = bulk.Legs.ToArray(),
        CreatedAt = bulk.CreatedAt.Stored(),
        UpdatedAt = bulk.UpdatedAt.Stored(),
    };

    public static BillRow Stored(this BillRow bill) => bill with
    {
        Fingerprint = bill.Fingerprint.ToArray(),
        AwaitingSince = bill.AwaitingSince?.Stored(),
        Content = bill.Content.ToArray(),
        CreatedAt = bill.CreatedAt.Stored(),
        UpdatedAt = bill.UpdatedAt.Stored(),
    };

    public static ScheduleRow Stored(this ScheduleRow schedule) => schedule with
    {
        Fingerprint = schedule.Fingerprint.ToArray(),
        StartAt = schedule.StartAt.Stored(),
        EndAt = schedule.EndAt?.Stored(),
        NextAt = schedule.NextAt?.Stored(),
        LastRunAt = schedule.LastRunAt?.Stored(),
        CreatedAt = schedule.CreatedAt.Stored(),
        UpdatedAt = schedule.UpdatedAt.Stored(),
    };

    public static void Check(WalletAppend append)
    {
        Check(append.Head);
        CheckRequestId(append.RequestId);
        Require((append.Entry?.Fingerprint ?? append.Refusal!.Fingerprint).Length == 16, "fingerprint_length");
        Require(append.Entry is null || append.Entry.Hash.Length == 32, "entries_hash_length");
    }

    public static void Check(WalletHead head)
    {
        Require(head.Version >= 0, "wallets_version_not_negative");
        Require(head.Revision >= head.Version, "wallets_revision_covers_version");
        Require(head.BalanceMinor >= 0, "wallets_balance_not_negative");
        Require(head.HeldMinor >= 0 && head.HeldMinor <= head.BalanceMinor, "wallets_held_within_balance");
        Require(head.HeadHash.Length == 32, "wallets_head_hash_length");
        Require(head.Status != "CLOSED" || head.BalanceMinor == 0, "wallets_closed_is_empty");
    }

    public static void Check(TransferRow transfer)
    {
        Require(transfer.AmountMinor > 0, "transfers_amount_positive");
        Require(Enum.IsDefined(transfer.State), "transfers_state_known");
        Require(transfer.CreditEntryId is null || transfer.RefundEntryId is null, "transfers_never_credited_and_refunded");
    }

    public static void Check(HoldRow hold, HoldRow? known)
    {
        Require(known is null or { State: HoldState.Active }, "holds_end_once");
        Require(hold.AmountMinor > 0, "holds_amount_positive");
        Require(Enum.IsDefined(hold.State), "holds_state_known");
        Require(hold.CapturedMinor >= 0 && hold.CapturedMinor <= hold.AmountMinor, "holds_captured_within_amount");
        Require(hold.CapturedMinor > 0 == (hold.State == HoldState.Captured), "holds_captured_only_when_so");
    }

    public static void Check(BulkRow bulk)
    {
        CheckRequestId(bulk.RequestId);
        Require(bulk.Fingerprint.Length == 16, "bulks_fingerprint_length");
        Require(Enum.IsDefined(bulk.State), "bulks_state_known");
        Require((bulk.FailureCode is not null) == (bulk.State is BulkState.Releasing or BulkState.Failed), "bulks_failed_for_a_reason");
    }

    public static void Check(BulkMove move) => Require(
        (move.From, move.To) is (BulkState.Reserving, BulkState.Posting or BulkState.Releasing)
            or (BulkState.Posting, BulkState.Completed)
            or (BulkState.Releasing, BulkState.Failed),
        "bulks_move_forward");

    public static void Check(BillRow bill)
    {
        CheckRequestId(bill.RequestId);
        Require(bill.Fingerprint.Length == 16, "bills_fingerprint_length");
        Require(bill.AmountMinor > 0, "bills_amount_positive");
        Require(Enum.IsDefined(bill.State), "bills_state_known");
        Require(bill.State is not BillState.Unknown || bill.AwaitingSince is not null, "bills_unknown_is_awaited");
    }

    public static void CheckMove(BillState from, BillState to) => Require(
        (from, to) is (BillState.Pending, BillState.Processing or BillState.Failed)
            or (BillState.Processing, BillState.Processing or BillState.Unknown)
            or (BillState.Unknown, BillState.Processing or BillState.Unknown)
            or (BillState.Processing or BillState.Unknown, BillState.Completing or BillState.Reversing)
            or (BillState.Completing or BillState.Completed, BillState.Completed)
            or (BillState.Reversing or BillState.Reversed, BillState.Reversed)
            or (BillState.Completing, BillState.Completing)
            or (BillState.Reversing, BillState.Reversing),
        "bills_move_forward");

    public static void Check(ScheduleRow schedule)
    {
        CheckRequestId(schedule.RequestId);
        Require(schedule.Fingerprint.Length == 16, "schedules_fingerprint_length");
        Require(schedule.AmountMinor > 0, "schedules_amount_positive");
        Require(Enum.IsDefined(schedule.State), "schedules_state_known");
        Require((schedule.NextAt is not null) == (schedule.State is ScheduleState.Active), "schedules_next_while_active");
    }

    public static void Check(NewJob job)
    {
        Require(Encoding.UTF8.GetByteCount(job.Kind) is >= 1 and <= 64, "jobs_kind_length");
        Require(Encoding.UTF8.GetByteCount(job.Key) is >= 1 and <= 512, "jobs_key_length");
        Require(!job.Key.Contains('\0', StringComparison.Ordinal) && IsWellFormed(job.Key), "the key of a job is not text");
        Require(job.Payload.Length <= MaxJobBytes, "jobs_payload_length");
        Require(Enum.IsDefined(job.Lane), "jobs_lane_known");
    }

    public static void Check(JobRow job)
    {
        Require(Enum.IsDefined(job.State), "jobs_state_known");
        Require(job.Attempts >= 0, "jobs_attempts_not_negative");
        Require(job.State is not JobState.Dead || job.LastError is not null, "jobs_dead_for_a_reason");
        Require(job.Result is null or { Length: <= MaxJobBytes }, "jobs_result_length");
    }

    private const int MaxJobBytes = 64 * 1024;

    private static void CheckRequestId(string requestId)
    {
        Require(requestId.Length > 0 && Encoding.UTF8.GetByteCount(requestId) <= 1024, "request_id_length");
        Require(!requestId.Contains('\0', StringComparison.Ordinal) && IsWellFormed(requestId), "request id is not text");
    }

    // A lone surrogate becomes a replacement character on its way through UTF-8.
    private static bool IsWellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    private static void Require(bool holds, string constraint)
    {
        if (!holds)
        {
            throw new JournalRejectedException($"The journal refused the row: {constraint}.");
        }
    }
}
