using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Schedules;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Schedules;

namespace WalletGrains.Grains.Schedules;

/// <summary>
/// Makes the transfers of schedules whose time has come. The request id of a transfer follows from the schedule and its time, and the
/// schedule moves on only from that time: so a job that runs twice, a runner that is late, or one that dies between the two, makes no
/// transfer twice and misses none.
/// </summary>
[StatelessWorker]
[Reentrant]
public sealed partial class ScheduleRunnerGrain(IScheduleStore schedules, ILogger<ScheduleRunnerGrain> logger) : Grain, IScheduleRunnerGrain
{
    /// <inheritdoc />
    public async Task<DateTimeOffset?> RunAsync(Guid scheduleId, DateTimeOffset at)
    {
        var row = await FindAsync(scheduleId);
        if (row?.NextAt is not { } dueAt || dueAt > at)
        {
            return row?.NextAt;
        }

        var (transferId, refusal) = await TransferAsync(row, dueAt);
        var step = ScheduleDecider.AfterRun(ScheduleRows.ToSchedule(row), at, refusal);
        var run = new ScheduleRun(
            scheduleId, dueAt, ScheduleRows.StateOf(step.Status), step.NextAt, at, transferId, refusal is { } code ? RefusalContent.NameOf(code) : null);
        try
        {
            if (await schedules.AdvanceAsync(run, CancellationToken.None))
            {
                LogRun(logger, scheduleId, dueAt);
                return step.NextAt;
            }
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException)
        {
            throw new UnavailableException("The schedule cannot be moved on now.", e);
        }

        // Somebody else has moved it on, or cancelled it.
        return (await FindAsync(scheduleId))?.NextAt;
    }

    private Task<ScheduleRow?> FindAsync(Guid scheduleId) => Outage.GuardAsync(() => schedules.FindAsync(scheduleId, CancellationToken.None));

    /// <summary>The transfer of the schedule's next time: made or refused, by this call or an earlier one.</summary>
    /// <exception cref="UnavailableException">Its outcome is not known; the same request tells it later.</exception>
    private async Task<(Guid? TransferId, WalletRefusal? Refusal)> TransferAsync(ScheduleRow row, DateTimeOffset dueAt)
    {
        var command = new StartTransfer(
            RequestId.ForSchedule(row.ScheduleId, dueAt), row.WalletId, row.ToWalletId, ScheduleRows.AmountOf(row), row.Description);
        return await GrainFactory.GetGrain<ITransferGrain>(0).TransferAsync(command) switch
        {
            TransferOutcome.Completed completed => (completed.TransferId, null),
            TransferOutcome.Refused refused => (refused.TransferId, refused.Refusal),
            TransferOutcome.NotDecided { Reason: NotDecidedReason.Overloaded or NotDecidedReason.Unavailable or NotDecidedReason.OutcomeUnknown } undecided =>
                throw new UnavailableException($"The transfer of the schedule came back as {undecided.Reason}."),
            var outcome => throw new InvalidOperationException($"The transfer of a schedule came back as {outcome}; an invariant is broken."),
        };
    }

    [LoggerMessage(1701, LogLevel.Information, "Ran schedule {ScheduleId} for {DueAt}")]
    private static partial void LogRun(ILogger logger, Guid scheduleId, DateTimeOffset dueAt);
}
