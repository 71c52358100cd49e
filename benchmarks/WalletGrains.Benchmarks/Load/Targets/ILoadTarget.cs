namespace WalletGrains.Benchmarks.Load.Targets;

/// <summary>What is measured.</summary>
internal interface ILoadTarget : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Creates the wallets of the run, funded as <see cref="Workload.OpeningMinor"/> says.</summary>
    Task OpenWalletsAsync(Workload workload);

    /// <summary>Performs one operation and returns when it is durable.</summary>
    /// <returns>Null when it was accepted; else why not.</returns>
    ValueTask<string?> ExecuteAsync(Operation operation);

    /// <summary>Balances in minor units as PostgreSQL has them, in the order of the run's wallets: by head rows and as the sum of entries.</summary>
    Task<(long[] Heads, long[] Entries)> ReadBalancesAsync();
}

/// <summary>One operation.</summary>
/// <param name="Caller">Which caller of the loop sends it; a caller has one operation in flight.</param>
/// <param name="RequestId">Its request id: 32 characters, unique over all runs.</param>
/// <param name="Wallet">Index of the wallet that receives, or pays in a transfer.</param>
/// <param name="Receiver">Index of the receiving wallet of a transfer; null in a deposit.</param>
internal readonly record struct Operation(int Caller, string RequestId, int Wallet, int? Receiver);
