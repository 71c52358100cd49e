using WalletGrains.Chaos.Cluster;
using WalletGrains.Chaos.Traffic;

namespace WalletGrains.Chaos.Faults;

/// <summary>Something that breaks, and is mended, in the middle of traffic.</summary>
internal interface IFault
{
    /// <summary>For the report card.</summary>
    string Name { get; }

    /// <summary>Breaks and mends it.</summary>
    /// <returns>What was watched from the moment it broke.</returns>
    Task<ServiceWatch> StrikeAsync(ChaosCluster cluster, BankTraffic traffic, CancellationToken cancellationToken);
}

/// <summary>Bytes that only a commit with a client's entry has on its way to the database: the beginning of the entry's request id.</summary>
internal static class CommitMarker
{
    public const string Text = "\"requestId\":\"c:chaos";
}
