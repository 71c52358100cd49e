namespace WalletGrains.Grains.Tests.Runtime;

/// <summary>A running cluster of the runtime in force, with all that the contract tests need of one.</summary>
public interface IActorFixture
{
    /// <summary>The way in from outside of grains.</summary>
    IClusterClient Client { get; }
}

/// <summary>The names under which every fixture offers its providers.</summary>
public static class Providers
{
    public const string Streams = "ContractStreams";

    public const string Storage = "ContractStorage";
}
