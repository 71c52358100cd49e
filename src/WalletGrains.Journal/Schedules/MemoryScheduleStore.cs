using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.Schedules;

/// <summary>Schedules in memory with the observable behaviour of <see cref="PostgresScheduleStore"/>, for tests and simulations.</summary>
/// <param name="jobs">Where the jobs of schedules are.</param>
/// <param name="interceptor">Called around every write with the id of the schedule; see <see cref="CommitInterceptor"/>.</param>
public sealed class MemoryScheduleStore(MemoryJobStore jobs, CommitInterceptor? interceptor = null) : IScheduleStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, ScheduleRow> _schedules = [];

    /// <inheritdoc/>
    public Task<ScheduleCreation> CreateAsync(ScheduleRow schedule, NewJob job, int maxActive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return CommitAsync(schedule.ScheduleId, () =>
        {
            if (Find(schedule.WalletId, schedule.RequestId) is { } known)
            {
                return new ScheduleCreation(known, false);
            }

            if (_schedules.Values.Count(other => other.WalletId == schedule.WalletId && other.State is ScheduleState.Active) >= maxActive)
            {
                return default;
            }

            StoredForm.Check(schedule);
            var stored = schedule.Stored();
            _schedules.Add(stored.ScheduleId, stored);
            jobs.Enqueue(job);
            return new ScheduleCreation(stored, true);
        });
    }

    /// <inheritdoc/>
    public Task<bool> AdvanceAsync(ScheduleRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        return CommitAsync(run.ScheduleId, () => TryChange(run.ScheduleId, known => known.NextAt == run.DueAt.Stored(), known => known with
        {
            State = run.State,
            NextAt = run.NextAt,
            LastRunAt = run.RanAt,
            LastTransferId = run.TransferId,
            LastFailureCode = run.FailureCode,
            UpdatedAt = run.RanAt,
        }));
    }

    /// <inheritdoc/>
    public Task<bool> CancelAsync(Guid scheduleId, DateTimeOffset at, CancellationToken cancellationToken) => CommitAsync(
        scheduleId,
        () => TryChange(scheduleId, static _ => true, known => known with { State = ScheduleState.Cancelled, NextAt = null, UpdatedAt = at }));

    /// <inheritdoc/>
    public Task<ScheduleRow?> FindAsync(Guid scheduleId, CancellationToken cancellationToken) =>
        ReadAsync(() => _schedules.GetValueOrDefault(scheduleId), cancellationToken);

    /// <inheritdoc/>
    public Task<ScheduleRow?> FindByRequestAsync(Guid walletId, string requestId, CancellationToken cancellationToken) =>
        ReadAsync(() => Find(walletId, requestId), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScheduleRow>> ReadOfWalletAsync(Guid walletId, Guid afterScheduleId, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return ReadAsync<IReadOnlyList<ScheduleRow>>(
            () => [.. _schedules.Values
                .Where(schedule => schedule.WalletId == walletId && schedule.ScheduleId.CompareTo(afterScheduleId) > 0)
                .OrderBy(schedule => schedule.ScheduleId)
                .Take(limit)],
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScheduleRow>> ReadWithoutJobAsync(string kind, TimeSpan dueWithin, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return ReadAsync<IReadOnlyList<ScheduleRow>>(
            () => [.. _schedules.Values
                .Where(schedule => schedule.State is ScheduleState.Active && schedule.NextAt <= jobs.Now + dueWithin)
                .Where(schedule => !jobs.Contains(kind, schedule.ScheduleId.ToString()))
                .OrderBy(schedule => (schedule.NextAt, schedule.ScheduleId))
                .Take(limit)],
            cancellationToken);
    }

    private ScheduleRow? Find(Guid walletId, string requestId) =>
        _schedules.Values.FirstOrDefault(schedule => schedule.WalletId == walletId && schedule.RequestId == requestId);

    private bool TryChange(Guid scheduleId, Func<ScheduleRow, bool> condition, Func<ScheduleRow, ScheduleRow> change)
    {
        if (!_schedules.TryGetValue(scheduleId, out var known) || known.State is not ScheduleState.Active || !condition(known))
        {
            return false;
        }

        var next = change(known).Stored();
        StoredForm.Check(next);
        _schedules[scheduleId] = next;
        return true;
    }

    private async Task<T> CommitAsync<T>(Guid scheduleId, Func<T> commit)
    {
        await (interceptor?.Invoke(CommitPoint.Before, scheduleId) ?? Task.CompletedTask);
        T result;
        lock (_lock)
        {
            result = commit();
        }

        await (interceptor?.Invoke(CommitPoint.After, scheduleId) ?? Task.CompletedTask);
        return result;
    }

    private Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(read());
        }
    }
}
