using System.Text;
using Orleans.InProcess.Simulation;
using WalletGrains.Grains.Jobs;
using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.Workload;

/// <summary>Jobs of all characters: quick and slow ones, one that throws, one that hangs and hears nothing.</summary>
internal sealed class Work(SimulatedProcess silo, Random random, JobBooks books) : IJobHandler
{
    /// <summary>The kind.</summary>
    public const string KindName = "work";

    /// <summary>The beginning of the keys of jobs that can never be done.</summary>
    public const string Poison = "poison";

    /// <summary>The beginning of the keys of jobs that never end.</summary>
    public const string Hanging = "hanging";

    /// <summary>How the jobs are run.</summary>
    public static readonly JobPolicy WorkPolicy = new()
    {
        Concurrency = 3,
        RatePerSecond = 2,
        Burst = 4,
        MaxAttempts = 4,
        FirstBackoff = TimeSpan.FromMilliseconds(500),
        MaxBackoff = TimeSpan.FromSeconds(5),
        Timeout = TimeSpan.FromSeconds(20),
    };

    public string Kind => KindName;

    public JobPolicy Policy => WorkPolicy;

    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        books.NoteBegun(job);
        if (job.Key.StartsWith(Poison, StringComparison.Ordinal))
        {
            throw new InvalidOperationException("Simulated: it cannot be done.");
        }

        // Slow ones outlast a stall that costs their silo the lease, and none listens: what they did, they did.
        var time = job.Key.StartsWith(Hanging, StringComparison.Ordinal) ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(12) * random.NextDouble();
        await Task.Delay(time, silo.Clock, CancellationToken.None);
        books.NoteDone(job);
        return new JobOutcome.Done(Encoding.UTF8.GetBytes($"attempt {job.Attempt}"));
    }
}
