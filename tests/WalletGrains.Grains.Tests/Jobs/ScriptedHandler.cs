using System.Collections.Concurrent;
using WalletGrains.Grains.Jobs;

namespace WalletGrains.Grains.Tests.Jobs;

/// <summary>A kind of jobs whose work a test writes, by key. What it has no script for is done at once.</summary>
public sealed class ScriptedHandler(string kind, JobPolicy policy) : IJobHandler
{
    private readonly ConcurrentDictionary<string, Func<JobRun, CancellationToken, Task<JobOutcome>>> _scripts = new();

    public string Kind => kind;

    public JobPolicy Policy => policy;

    /// <summary>Every attempt that was begun, in order.</summary>
    public ConcurrentQueue<(string Key, int Attempt)> Begun { get; } = new();

    /// <summary>What an attempt at the job with this key does.</summary>
    public void On(string key, Func<JobRun, CancellationToken, Task<JobOutcome>> script) => _scripts[key] = script;

    public Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        Begun.Enqueue((job.Key, job.Attempt));
        return _scripts.TryGetValue(job.Key, out var script) ? script(job, cancellationToken) : Task.FromResult<JobOutcome>(new JobOutcome.Done());
    }
}
