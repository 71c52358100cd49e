namespace WalletGrains.Benchmarks.Calls;

/// <summary>The least a grain can do.</summary>
[Alias("walletgrains.benchmarks.IEchoGrain")]
public interface IEchoGrain : IGrainWithIntegerKey
{
    /// <summary>Gives back what it is given.</summary>
    [Alias("Echo")]
    Task<int> EchoAsync(int value);
}

/// <inheritdoc />
public sealed class EchoGrain : Grain, IEchoGrain
{
    /// <inheritdoc />
    public Task<int> EchoAsync(int value) => Task.FromResult(value);
}
