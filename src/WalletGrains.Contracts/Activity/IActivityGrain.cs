namespace WalletGrains.Contracts.Activity;

/// <summary>Reads what became durable, for those who follow it and have missed a message. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IActivityGrain")]
public interface IActivityGrain : IGrainWithIntegerKey
{
    /// <summary>The position below which everything is decided: where one begins who does not care for the past.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("FindEnd")]
    Task<long> FindEndAsync();

    /// <summary>The next batch of a partition from a position on; it ends where it begins when nothing was committed since.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Read")]
    Task<ActivityBatch> ReadAsync(int partition, long from);
}

/// <summary>
/// Publishes what becomes durable in one partition, its key, to the partition's stream (<see cref="ActivityStreams.Wallets"/>) as
/// <see cref="ActivityBatch"/>es; once a second also when nothing has happened, so that a lost message is noticed.
/// </summary>
[Alias("walletgrains.IJournalRelayGrain")]
public interface IJournalRelayGrain : IGrainWithIntegerKey
{
    /// <summary>Makes sure that the relay works from now on, also after restarts.</summary>
    [Alias("Start")]
    Task StartAsync();

    /// <summary>Tells it that something was committed. It would find out by itself, within a second.</summary>
    [Alias("Wake")]
    Task WakeAsync();
}
