using System.Globalization;
using Orleans.InProcess.Simulation;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Journal.Schedules;

namespace WalletGrains.Simulation.Audit;

/// <summary>Knows what must be of schedules: a transfer for a time of theirs that has come, one after another, and an end.</summary>
internal sealed class ScheduleBooks(SimulatedWorld world, Coverage coverage, Func<Guid, WalletBook?> walletOf)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, ScheduleRow> _schedules = [];

    /// <summary>How request ids of the transfers of schedules begin.</summary>
    public const string RequestPrefix = "s:";

    /// <summary>A schedule has been written or has changed.</summary>
    public void NoteWritten(ScheduleRow row)
    {
        var before = _schedules.GetValueOrDefault(row.ScheduleId);
        Require(before is null or { State: ScheduleState.Active }, () => $"{before} has ended, and becomes {row}.");
        Require(row.NextAt is not { } next || IsItsTime(row, next), () => $"{row} is to be at {row.NextAt}, which is none of its times.");
        Require(before?.NextAt is null || row.NextAt is null || row.NextAt > before.NextAt, () => $"{before} goes back to {row}.");
        if (before is not null && row.State is not ScheduleState.Cancelled)
        {
            CheckRun(before, row);
        }

        _schedules[row.ScheduleId] = row;
        coverage.Note($"schedule {row.State}");
    }

    /// <summary>Somebody was told that there is a schedule, or why there is none.</summary>
    public void NoteOutcome(CreateSchedule command, ScheduleOutcome outcome) => Require(
        outcome is ScheduleOutcome.Refused
            || (outcome is ScheduleOutcome.Created { Schedule: { } shown } && _schedules.GetValueOrDefault(shown.ScheduleId)?.RequestId == command.RequestId.Value),
        () => $"{command} is answered as {outcome}, and is not there.");

    /// <summary>What the request id of a transfer stands for: nothing before its time has come.</summary>
    public IEnumerable<Content> AskedOf(WalletBook wallet, string requestId) =>
        requestId[RequestPrefix.Length..].Split('/') is [var id, var time]
            && _schedules.TryGetValue(Guid.Parse(id), out var row) && row.WalletId == wallet.WalletId
            && DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(time, CultureInfo.InvariantCulture)) is var at
            && IsItsTime(row, at) && at <= SimulatedWorld.Epoch + world.Now
            ? [new Content(Kinds.TransferOut, row.AmountMinor, row.Currency, row.ToWalletId, row.Description)]
            : [];

    /// <summary>All have ended.</summary>
    public void CheckAll()
    {
        foreach (var row in _schedules.Values)
        {
            Require(row.State is not ScheduleState.Active, () => $"{row} has not ended.");
        }
    }

    /// <summary>It moves on behind a transfer that was made, or refused for good.</summary>
    private void CheckRun(ScheduleRow before, ScheduleRow row)
    {
        var requestId = $"{RequestPrefix}{row.ScheduleId:N}/{before.NextAt!.Value.ToUnixTimeMilliseconds()}";
        var request = walletOf(row.WalletId)!.Requests.GetValueOrDefault(requestId);
        Require(request is { IsDecided: true } || row.LastFailureCode is not null, () => $"{row} moves on, and nothing was decided about {requestId}.");
        Require(
            row.LastFailureCode is not null || request?.Entry?.TransferId == row.LastTransferId,
            () => $"{row} says that transfer {row.LastTransferId} was made at {before.NextAt}.");
    }

    private static bool IsItsTime(ScheduleRow row, DateTimeOffset at) =>
        at == row.StartAt || (row.Every is not null && at > row.StartAt && at <= row.EndAt && (at - row.StartAt).Ticks % Minute.Ticks == 0);

    private void Require(bool holds, Func<string> violation)
    {
        if (!holds)
        {
            world.Fail(new AuditException(violation()));
        }
    }
}
