namespace Orleans.Runtime;

/// <summary>Statistics of the cluster; get it with key 0.</summary>
/// <remarks>Differs from Orleans: only what is cheap to know. Silos given as arguments are ignored: there is one.</remarks>
public interface IManagementGrain : IGrainWithIntegerKey
{
    Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false);

    /// <summary>Ends the activations that have been idle for this long.</summary>
    Task ForceActivationCollection(TimeSpan ageLimit);

    Task<int> GetTotalActivationCount();

    Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics();

    Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds);

    /// <summary>The activations, of all grain classes or of those named.</summary>
    Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[]? types = null, SiloAddress[]? hostsIds = null);

    /// <summary>The silo of the grain's activation, or null if it has none.</summary>
    ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference);

    ValueTask<List<GrainId>> GetActiveGrains(GrainType type);
}

/// <summary>How many activations of a grain class a silo has.</summary>
public sealed class SimpleGrainStatistic
{
    /// <summary>The .NET name of the class with its assembly.</summary>
    public string GrainType { get; init; } = "";

    public SiloAddress SiloAddress { get; init; } = SiloAddress.Zero;

    public int ActivationCount { get; init; }
}

/// <summary>One activation.</summary>
public sealed class DetailedGrainStatistic
{
    /// <summary>The .NET name of the class with its assembly.</summary>
    public string GrainType { get; init; } = "";

    public SiloAddress SiloAddress { get; init; } = SiloAddress.Zero;

    public GrainId GrainId { get; init; }
}
