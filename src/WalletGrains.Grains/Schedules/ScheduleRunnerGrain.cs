using Microsoft.Extensions.Logging;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Schedules;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal.Schedules;

namespace WalletGrains.Grains.Schedules;

/// <summary>
/// Makes the transfers of schedules whose time has come. Woken by a reminder every minute, but what is due is said by the
/// store. The request id of a transfer follows from the schedule and its time, and the schedule moves on only from that time: so
/// a tick that comes twice, a runner that is late, or one that dies between the two, makes no transfer twice and misses none.
/// </summary>
public sealed partial class ScheduleRunnerGrain(IScheduleStore schedules, TimeProvider time, ILogger<ScheduleRunnerGrain> logger)
    : Grain, IScheduleRunnerGrain, IRemindable
{
    private const string ReminderName = "schedule-runner";

    /// <inheritdoc />
    public Task StartAsync() => this.RegisterOrUpdateReminder(ReminderName, GrainLimits.SweepPeriod, GrainLimits.SweepPeriod);

    /// <inheritdoc />
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        try
        {
            await RunAsync();
        }
        catch (UnavailableException e)
        {
            // The next tick tries again; a time that is missed is caught up.
            LogPostponed(logger, e);
        }
    }

    /// <inheritdoc />
    public async Task<int> RunAsync(DateTimeOffset? at = null)
    {
        var now = at ?? time.GetUtcMilliseconds();
        var moved = await Sweep.RunAsync<ScheduleRow, ScheduleRow>(
            (last, limit) => schedules.ReadDueAsync(now, last, limit, CancellationToken.None),
            row => row,
            GrainLimits.ScheduleConcurrency,
            row => RunAsync(row, now));
        if (moved > 0)
        {
            LogRun(logger, moved);
        }

        return moved;
    }

    /// <summary>Runs one schedule. One that cannot be, for whatever reason, must not keep the others from their time.</summary>
    private async Task<int> RunAsync(ScheduleRow row, DateTimeOffset now)
    {
        try
        {
            var (transferId, refusal) = await TransferAsync(row);
            var step = ScheduleDecider.AfterRun(ScheduleRows.ToSchedule(row), now, refusal);
            var run = new ScheduleRun(
                row.ScheduleId,
                row.NextAt!.Value,
                ScheduleRows.StateOf(step.Status),
                step.NextAt,
                now,
                transferId,
                refusal is { } code ? RefusalContent.NameOf(code) : null);
            return await schedules.AdvanceAsync(run, CancellationToken.None) ? 1 : 0;
        }
        catch (Exception e)
        {
            LogLeft(logger, e, row.ScheduleId);
            return 0;
        }
    }

    /// <summary>The transfer of the schedule's next time: made or refused, by this call or an earlier one.</summary>
    /// <exception cref="UnavailableException">Its outcome is not known; the same request tells it later.</exception>
    private async Task<(Guid? TransferId, WalletRefusal? Refusal)> TransferAsync(ScheduleRow row)
    {
        var command = new StartTransfer(
            RequestId.ForSchedule(row.ScheduleId, row.NextAt!.Value), row.WalletId, row.ToWalletId, ScheduleRows.AmountOf(row), row.Description);
        return await GrainFactory.GetGrain<ITransferGrain>(0).TransferAsync(command) switch
        {
            TransferOutcome.Completed completed => (completed.TransferId, null),
            TransferOutcome.Refused refused => (refused.TransferId, refused.Refusal),
            TransferOutcome.NotDecided { Reason: NotDecidedReason.Overloaded or NotDecidedReason.Unavailable or NotDecidedReason.OutcomeUnknown } undecided =>
                throw new UnavailableException($"The transfer of the schedule came back as {undecided.Reason}."),
            var outcome => throw new InvalidOperationException($"The transfer of a schedule came back as {outcome}; an invariant is broken."),
        };
    }

    [LoggerMessage(1701, LogLevel.Information, "Ran {Count} schedules whose time had come")]
    private static partial void LogRun(ILogger logger, int count);

    [LoggerMessage(1702, LogLevel.Warning, "The schedules wait for the store")]
    private static partial void LogPostponed(ILogger logger, Exception exception);

    [LoggerMessage(1703, LogLevel.Error, "Schedule {ScheduleId} could not be run; the next tick tries again")]
    private static partial void LogLeft(ILogger logger, Exception exception, Guid scheduleId);
}
