using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Schedules;

namespace WalletGrains.Simulation.World;

/// <content>Schedules, in the same database.</content>
internal sealed partial class DatabaseConnection : IScheduleStore
{
    public Task<ScheduleCreation> CreateAsync(ScheduleRow schedule, NewJob job, int maxActive, CancellationToken cancellationToken) =>
        Write(() => database.Schedules.CreateAsync(schedule, job, maxActive, cancellationToken));

    public Task<bool> AdvanceAsync(ScheduleRun run, CancellationToken cancellationToken) => Write(() => database.Schedules.AdvanceAsync(run, cancellationToken));

    public Task<bool> CancelAsync(Guid scheduleId, DateTimeOffset at, CancellationToken cancellationToken) =>
        Write(() => database.Schedules.CancelAsync(scheduleId, at, cancellationToken));

    Task<ScheduleRow?> IScheduleStore.FindAsync(Guid scheduleId, CancellationToken cancellationToken) =>
        Read(() => database.Schedules.FindAsync(scheduleId, cancellationToken));

    public Task<ScheduleRow?> FindByRequestAsync(Guid walletId, string requestId, CancellationToken cancellationToken) =>
        Read(() => database.Schedules.FindByRequestAsync(walletId, requestId, cancellationToken));

    public Task<IReadOnlyList<ScheduleRow>> ReadWithoutJobAsync(string kind, TimeSpan dueWithin, int limit, CancellationToken cancellationToken) =>
        Read(() => database.Schedules.ReadWithoutJobAsync(kind, dueWithin, limit, cancellationToken));

    public Task<IReadOnlyList<ScheduleRow>> ReadOfWalletAsync(Guid walletId, Guid afterScheduleId, int limit, CancellationToken cancellationToken) =>
        Read(() => database.Schedules.ReadOfWalletAsync(walletId, afterScheduleId, limit, cancellationToken));
}
