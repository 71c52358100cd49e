using WalletGrains.Journal;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Schedules;
using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.World;

/// <summary>The rows of schedules, with faults around each write, and an auditor that is told of what was written.</summary>
internal sealed class SimulatedSchedules(CommitInterceptor interceptor, SimulatedJobs jobs, ScheduleBooks books) : IScheduleStore
{
    private readonly MemoryScheduleStore _durable = new(jobs.Durable);

    public Task<ScheduleCreation> CreateAsync(ScheduleRow schedule, NewJob job, int maxActive, CancellationToken cancellationToken) => CommitAsync(
        () => _durable.CreateAsync(schedule, job, maxActive, cancellationToken),
        created =>
        {
            if (created is { IsNew: true, Stored: { } stored })
            {
                jobs.NoteEnqueued(job);
                books.NoteWritten(stored);
            }
        });

    public Task<bool> AdvanceAsync(ScheduleRun run, CancellationToken cancellationToken) =>
        CommitAsync(() => _durable.AdvanceAsync(run, cancellationToken), isMoved => Note(isMoved, run.ScheduleId));

    public Task<bool> CancelAsync(Guid scheduleId, DateTimeOffset at, CancellationToken cancellationToken) =>
        CommitAsync(() => _durable.CancelAsync(scheduleId, at, cancellationToken), isCancelled => Note(isCancelled, scheduleId));

    public Task<ScheduleRow?> FindAsync(Guid scheduleId, CancellationToken cancellationToken) => _durable.FindAsync(scheduleId, cancellationToken);

    public Task<ScheduleRow?> FindByRequestAsync(Guid walletId, string requestId, CancellationToken cancellationToken) =>
        _durable.FindByRequestAsync(walletId, requestId, cancellationToken);

    public Task<IReadOnlyList<ScheduleRow>> ReadWithoutJobAsync(string kind, TimeSpan dueWithin, int limit, CancellationToken cancellationToken) =>
        _durable.ReadWithoutJobAsync(kind, dueWithin, limit, cancellationToken);

    public Task<IReadOnlyList<ScheduleRow>> ReadOfWalletAsync(Guid walletId, Guid afterScheduleId, int limit, CancellationToken cancellationToken) =>
        _durable.ReadOfWalletAsync(walletId, afterScheduleId, limit, cancellationToken);

    private void Note(bool isWritten, Guid scheduleId)
    {
        if (isWritten)
        {
            books.NoteWritten(_durable.FindAsync(scheduleId, CancellationToken.None).Result!);
        }
    }

    private async Task<T> CommitAsync<T>(Func<Task<T>> commit, Action<T> committed)
    {
        await interceptor(CommitPoint.Before, Guid.Empty);
        var result = await commit();
        committed(result);
        await interceptor(CommitPoint.After, Guid.Empty);
        return result;
    }
}
