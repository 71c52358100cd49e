using Orleans.Concurrency;

namespace WalletGrains.Contracts.Jobs;

/// <summary>Drives the jobs of one kind, all over the cluster. The key is the kind.</summary>
[Alias("walletgrains.IJobGrain")]
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>Makes sure that the kind is driven from now on, whatever becomes of silos; once is enough for ever.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Start")]
    Task StartAsync();

    /// <summary>Says that a job was enqueued. A hint: without it the job waits a few seconds longer.</summary>
    [OneWay]
    [Alias("Wake")]
    Task WakeAsync();
}
