using Microsoft.Extensions.Logging;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal;
using WalletGrains.Journal.Jobs;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Jobs;

/// <summary>The driver of a kind, over a store that refuses what it is given.</summary>
public sealed class JobDriverTests
{
    private static readonly EventId CouldNotBeSettled = new(1805);

    [Fact]
    public async Task What_the_store_refuses_twice_is_left_to_the_end_of_its_lease()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var (job, isRunning, refusals, leftAlone) = (new NewJob(Guid.CreateVersion7(), "work", "job", ReadOnlyMemory<byte>.Empty), false, 0, new TaskCompletionSource());
        var store = new MemoryJobStore(TimeProvider.System, (point, id) => point is CommitPoint.Before && id == job.JobId && isRunning
            ? throw (++refusals <= 2 ? new JournalRejectedException("Scripted.") : new InvalidOperationException("It is tried on and on."))
            : Task.CompletedTask);
        await store.EnqueueAsync(job, cancellationToken);
        isRunning = true;
        using var metrics = new JobMetrics();
        var handler = new ScriptedHandler("work", new JobPolicy());
        var driver = new JobDriver(
            new JobKind("work", handler, handler.Policy), new JobOptions(), "test", store, new IdGenerator(TimeProvider.System), TimeProvider.System, metrics, _ => { },
            new Watch(logged =>
            {
                if (logged == CouldNotBeSettled)
                {
                    leftAlone.SetResult();
                }
            }));

        await driver.PumpAsync();
        await leftAlone.Task.WaitAsync(Signal.DefaultLimit, cancellationToken);
        Assert.Equal(2, refusals);
        Assert.Equal(JobState.Running, (await store.FindAsync(job.JobId, cancellationToken))!.State);
    }

    private sealed class Watch(Action<EventId> logged) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => logged(eventId);
    }
}
