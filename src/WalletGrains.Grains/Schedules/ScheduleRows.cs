using System.Diagnostics;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Domain.Schedules;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal.Schedules;

namespace WalletGrains.Grains.Schedules;

/// <summary>The store's schedule rows in the words of the contracts, and back.</summary>
internal static class ScheduleRows
{
    public static ScheduleRow ToRow(CreateSchedule command, Guid scheduleId, DateTimeOffset now) => new(
        scheduleId,
        command.WalletId,
        command.ToWalletId,
        command.Amount.MinorUnits,
        command.Amount.Currency.Code,
        command.Description,
        command.StartAt,
        command.Every?.Text,
        command.EndAt,
        command.RequestId.Value,
        ScheduleFingerprint.Of(command),
        ScheduleState.Active,
        NextAt: command.StartAt,
        LastRunAt: null,
        LastTransferId: null,
        LastFailureCode: null,
        now,
        now);

    public static Schedule ToSchedule(ScheduleRow row) => new(
        row.ScheduleId,
        row.WalletId,
        row.ToWalletId,
        AmountOf(row),
        row.Description,
        row.StartAt,
        row.Every is { } every ? Period.Parse(every) : null,
        row.EndAt,
        StatusOf(row.State),
        row.NextAt,
        row.LastRunAt,
        row.LastTransferId,
        row.LastFailureCode is { } code ? RefusalContent.Parse(code) : null,
        row.CreatedAt);

    /// <summary>The schedule as it was when it was made, so that a repeated request is answered like the first.</summary>
    public static Schedule ToFirst(ScheduleRow row) => ToSchedule(row) with
    {
        Status = ScheduleStatus.Active,
        NextAt = row.StartAt,
        LastRunAt = null,
        LastTransferId = null,
        LastFailure = null,
    };

    public static Money AmountOf(ScheduleRow row) => new(row.AmountMinor, Currency.Parse(row.Currency));

    public static ScheduleState StateOf(ScheduleStatus status) => status switch
    {
        ScheduleStatus.Active => ScheduleState.Active,
        ScheduleStatus.Completed => ScheduleState.Completed,
        ScheduleStatus.Failed => ScheduleState.Failed,
        ScheduleStatus.Cancelled => ScheduleState.Cancelled,
        _ => throw new UnreachableException($"Schedule status {status} has no state."),
    };

    private static ScheduleStatus StatusOf(ScheduleState state) => state switch
    {
        ScheduleState.Active => ScheduleStatus.Active,
        ScheduleState.Completed => ScheduleStatus.Completed,
        ScheduleState.Failed => ScheduleStatus.Failed,
        ScheduleState.Cancelled => ScheduleStatus.Cancelled,
        _ => throw new UnreachableException($"Schedule state {state} has no status."),
    };
}
