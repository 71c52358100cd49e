using System.Collections.Concurrent;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Tests.Jobs;

/// <summary>A kind of jobs whose work a test writes, by key. What it has no script for is done at once.</summary>
public sealed class ScriptedHandler(string kind, JobPolicy policy) : IJobHandler
{
    private readonly ConcurrentDictionary<string, Func<JobRun, CancellationToken, Task<JobOutcome>>> _scripts = new();

    public string Kind => kind;

    public JobPolicy Policy => policy;

    /// <summary>Every attempt that was begun, in order.</summary>
    public ConcurrentQueue<(string Key, int Attempt)> Begun { get; } = new();

    /// <summary>What happens just before a dead letter is discarded; null for nothing.</summary>
    public Func<Task>? BeforeDiscard { get; set; }

    /// <summary>What happens just after the store was told to.</summary>
    public Func<Task>? AfterDiscard { get; set; }

    /// <summary>What an attempt at the job with this key does.</summary>
    public void On(string key, Func<JobRun, CancellationToken, Task<JobOutcome>> script) => _scripts[key] = script;

    public Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        Begun.Enqueue((job.Key, job.Attempt));
        return _scripts.TryGetValue(job.Key, out var script) ? script(job, cancellationToken) : Task.FromResult<JobOutcome>(new JobOutcome.Done());
    }

    public async Task<DeadLetterRefusal?> DiscardAsync(Guid jobId, IJobStore jobs, CancellationToken cancellationToken)
    {
        await (BeforeDiscard?.Invoke() ?? Task.CompletedTask);
        var isDiscarded = await jobs.DiscardAsync(jobId, cancellationToken);
        await (AfterDiscard?.Invoke() ?? Task.CompletedTask);
        return isDiscarded ? null : DeadLetterRefusal.NotDead;
    }
}
