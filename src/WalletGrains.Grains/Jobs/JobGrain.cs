using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Journal;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Jobs;

/// <summary>
/// Drives the jobs of the kind that is its key. Reminders and hints wake it, and while it is active it wakes itself at the time of the
/// next job; what is due is said by the store alone.
/// </summary>
[Reentrant]
public sealed class JobGrain : Grain, IJobGrain, IRemindable
{
    /// <summary>The key of the one job of a recurring kind.</summary>
    internal const string RecurringKey = "recurring";

    private readonly JobOptions _options;
    private readonly IJobStore _store;
    private readonly IdGenerator _ids;
    private readonly JobKind _kind;
    private readonly JobDriver _driver;
    private IGrainTimer? _next;

    /// <summary>Makes the activation.</summary>
    /// <exception cref="InvalidOperationException">This silo knows no such kind.</exception>
    public JobGrain(JobKinds kinds, JobOptions options, IJobStore store, IdGenerator ids, TimeProvider time, JobMetrics metrics, ILogger<JobGrain> logger)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        (_options, _store, _ids) = (options, store, ids);
        var name = this.GetPrimaryKeyString();
        _kind = kinds.Find(name) ?? throw new InvalidOperationException($"There is no kind of jobs named {name}.");
        _driver = new JobDriver(
            _kind, options, RuntimeIdentity, store, ids, time, metrics, wakeIn: wait => _next!.Change(wait, Timeout.InfiniteTimeSpan), logger);
    }

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var once = new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true };
        _next = this.RegisterGrainTimer(_driver.PumpAsync, once);
        this.RegisterGrainTimer(_driver.RenewAsync, new GrainTimerCreationOptions(_options.RenewPeriod, _options.RenewPeriod) { Interleave = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _driver.StopAsync(cancellationToken);

    /// <inheritdoc />
    public async Task StartAsync()
    {
        await this.RegisterOrUpdateReminder(_kind.Name, GrainLimits.SweepPeriod, GrainLimits.SweepPeriod);
        if (_kind.Policy.Every is { } every)
        {
            try
            {
                // One that is there already keeps its time.
                await _store.EnqueueAsync(
                    new NewJob(_ids.NewId(), _kind.Name, RecurringKey, ReadOnlyMemory<byte>.Empty) { DueIn = every }, CancellationToken.None);
            }
            catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException)
            {
                throw new UnavailableException("The recurring job cannot be written now.", e);
            }
        }

        await _driver.PumpAsync();
    }

    /// <inheritdoc />
    public Task WakeAsync() => _driver.PumpAsync();

    /// <inheritdoc />
    public Task ReceiveReminder(string reminderName, TickStatus status) => _driver.PumpAsync();
}
