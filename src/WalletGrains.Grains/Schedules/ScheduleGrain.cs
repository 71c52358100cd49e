using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Schedules;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Schedules;

namespace WalletGrains.Grains.Schedules;

/// <summary>Makes, shows and cancels schedules. It keeps nothing: the store is the only place where they are.</summary>
[StatelessWorker]
[Reentrant]
public sealed class ScheduleGrain(IScheduleStore schedules, IdGenerator ids, TimeProvider time) : Grain, IScheduleGrain
{
    /// <inheritdoc />
    public async Task<ScheduleOutcome> CreateAsync(CreateSchedule command)
    {
        Check(command);
        command = command with { StartAt = command.StartAt.ToWholeMilliseconds(), EndAt = command.EndAt?.ToWholeMilliseconds() };

        // A repeat is answered before anything that may have changed since is looked at: time passes, wallets are closed.
        var known = await Outage.GuardAsync(() => schedules.FindByRequestAsync(command.WalletId, command.RequestId.Value, CancellationToken.None));
        if (known is not null)
        {
            return AnswerTo(command, known, replayed: true);
        }

        if (await RefusalOfAsync(command) is { } refusal)
        {
            return refusal;
        }

        try
        {
            var row = ScheduleRows.ToRow(command, ids.NewId(), time.GetUtcMilliseconds());
            return await schedules.CreateAsync(row, ScheduleJob.For(row.ScheduleId, row.StartAt), Limits.MaxActiveSchedules, CancellationToken.None) switch
            {
                { Stored: { } stored, IsNew: var isNew } => AnswerTo(command, stored, replayed: !isNew),
                _ => new ScheduleOutcome.Refused(ScheduleRefusal.TooManySchedules),
            };
        }
        catch (JournalUnavailableException e)
        {
            throw new UnavailableException("The schedule cannot be written now.", e);
        }
        catch (JournalOutcomeUnknownException)
        {
            return new ScheduleOutcome.NotDecided(NotDecidedReason.OutcomeUnknown);
        }
    }

    /// <inheritdoc />
    public async Task<Schedule?> FindAsync(Guid scheduleId)
    {
        var row = await Outage.GuardAsync(() => schedules.FindAsync(scheduleId, CancellationToken.None));
        return row is null ? null : ScheduleRows.ToSchedule(row);
    }

    /// <inheritdoc />
    public async Task<Page<Schedule>> ListAsync(Guid walletId, Guid? afterScheduleId, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, Limits.MaxPageSize);
        var rows = await Outage.GuardAsync(() =>
            schedules.ReadOfWalletAsync(walletId, afterScheduleId ?? Guid.Empty, limit + 1, CancellationToken.None));
        return new Page<Schedule>(rows.Take(limit).Select(ScheduleRows.ToSchedule).ToList(), rows.Count > limit);
    }

    /// <inheritdoc />
    public Task CancelAsync(Guid scheduleId) =>
        Outage.GuardWriteAsync(() => schedules.CancelAsync(scheduleId, time.GetUtcMilliseconds(), CancellationToken.None));

    private static ScheduleOutcome AnswerTo(CreateSchedule command, ScheduleRow row, bool replayed) =>
        row.Fingerprint.Span.SequenceEqual(ScheduleFingerprint.Of(command))
            ? new ScheduleOutcome.Created(ScheduleRows.ToFirst(row), replayed)
            : new ScheduleOutcome.NotDecided(NotDecidedReason.RequestIdReused);

    private async Task<ScheduleOutcome?> RefusalOfAsync(CreateSchedule command)
    {
        if (command.WalletId == command.ToWalletId)
        {
            return new ScheduleOutcome.Invalid(TransferInvalidReason.SameWallet);
        }

        if (command.StartAt < time.GetUtcNow() - Limits.ScheduleTolerance)
        {
            return new ScheduleOutcome.Refused(ScheduleRefusal.StartsInThePast);
        }

        var payer = await GrainFactory.GetGrain<IWalletGrain>(command.WalletId).GetAsync();
        if (payer is null)
        {
            return new ScheduleOutcome.NotDecided(NotDecidedReason.WalletNotFound);
        }

        var receiver = await GrainFactory.GetGrain<IWalletGrain>(command.ToWalletId).GetAsync();
        return receiver is null ? new ScheduleOutcome.Invalid(TransferInvalidReason.ReceiverNotFound)
            : receiver.Currency != command.Amount.Currency ? new ScheduleOutcome.Invalid(TransferInvalidReason.ReceiverCurrencyMismatch)
            : payer.Currency != command.Amount.Currency ? new ScheduleOutcome.Invalid(TransferInvalidReason.TransferCurrencyMismatch)
            : payer.Status is WalletStatus.Closed || receiver.Status is WalletStatus.Closed ? new ScheduleOutcome.Refused(ScheduleRefusal.WalletClosed)
            : null;
    }

    /// <summary>Throws <see cref="ArgumentException"/> when a command cannot be stored or means nothing.</summary>
    private static void Check(CreateSchedule command)
    {
        ArgumentNullException.ThrowIfNull(command);
        CommandShape.CheckDescription(command.Description, nameof(command));
        if (command.Amount.MinorUnits is <= 0 or > Limits.MaxAmountMinor)
        {
            throw new ArgumentException("The amount of a schedule is above zero and no larger than the largest amount.", nameof(command));
        }

        if (command.EndAt < command.StartAt)
        {
            throw new ArgumentException("A schedule does not end before it starts.", nameof(command));
        }
    }
}
