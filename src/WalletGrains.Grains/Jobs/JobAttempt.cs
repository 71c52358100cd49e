using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Jobs;

/// <summary>One attempt at a job: its handler's call, bounded in time whether the handler listens or not.</summary>
internal sealed class JobAttempt(ClaimedJob job, TimeSpan timeout, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource _cancelled = new();
    private readonly long _startedAt = time.GetTimestamp();

    public ClaimedJob Job => job;

    public JobLease Lease => new(job.JobId, job.Token);

    public TimeSpan Duration => time.GetElapsedTime(_startedAt);

    /// <summary>Ends when the attempt is settled; it does not fail.</summary>
    public Task Settled { get; set; } = Task.CompletedTask;

    /// <summary>Its handler was asked to end and goes on.</summary>
    public bool IsLeftBehind { get; private set; }

    /// <summary>Calls the handler.</summary>
    /// <returns>What came of it; null when it was cancelled or its time is over.</returns>
    public async Task<JobOutcome?> RunAsync(JobKind kind)
    {
        if (_cancelled.Task.IsCompleted)
        {
            return null;
        }

        if (job.Attempts > kind.Policy.MaxAttempts)
        {
            return new JobOutcome.Fail($"It was begun {job.Attempts - 1} times, and its worker died or hung each time.");
        }

        var call = CallAsync(kind);
        using var waiting = new CancellationTokenSource();
        await Task.WhenAny(call, _cancelled.Task, Task.Delay(timeout, time, waiting.Token));
        if (!call.IsCompleted)
        {
            Cancel();
            await Task.WhenAny(call, Task.Delay(JobLimits.CancelGrace, time, waiting.Token));
        }

        waiting.Cancel();
        IsLeftBehind = !call.IsCompleted;
        return call.IsCompleted ? await call : null;
    }

    /// <summary>Asks the handler to end.</summary>
    public void Cancel()
    {
        _cancelled.TrySetResult();
        _cancellation.Cancel();
    }

    public void Dispose() => _cancellation.Dispose();

    private async Task<JobOutcome?> CallAsync(JobKind kind)
    {
        var run = new JobRun(job.JobId, job.Key, job.Payload, job.DueAt, job.ClaimedAt, job.Attempts)
        {
            IsPriority = job.Lane is JobLane.Priority,
            IsLastAttempt = job.Attempts >= kind.Policy.MaxAttempts,
        };
        try
        {
            return await kind.Handler.RunAsync(run, _cancellation.Token);
        }
        catch (OperationCanceledException) when (_cancelled.Task.IsCompleted)
        {
            return null;
        }
        catch (Exception e)
        {
            // Whatever it is, it is the outcome of this job and no business of its neighbours.
            return new JobOutcome.Retry($"{e.GetType().Name}: {e.Message}");
        }
    }
}
