using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <inheritdoc cref="IManagementGrain"/>
[StatelessWorker, GrainType("sys.management")]
internal sealed class ManagementGrain : Grain, IManagementGrain
{
    private InProcessSilo Silo => RuntimeContext.ActivationOf(this).Silo;

    // Its own activations are no news to anybody.
    private IEnumerable<Activation> Activations => Silo.Directory.Activations.Where(activation => activation.Class.Type != GetType());

    public Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false) =>
        Task.FromResult(new Dictionary<SiloAddress, SiloStatus> { [Silo.Address] = Silo.Status });

    public Task ForceActivationCollection(TimeSpan ageLimit)
    {
        Silo.CollectIdle(ageLimit);
        return Task.CompletedTask;
    }

    public Task<int> GetTotalActivationCount() => Task.FromResult(Activations.Count());

    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics() =>
        Task.FromResult(Activations
            .CountBy(activation => activation.Class)
            .Select(pair => new SimpleGrainStatistic { GrainType = NameOf(pair.Key), SiloAddress = Silo.Address, ActivationCount = pair.Value })
            .ToArray());

    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds) => GetSimpleGrainStatistics();

    public Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[]? types = null, SiloAddress[]? hostsIds = null) =>
        Task.FromResult(Activations
            .Select(activation => new DetailedGrainStatistic { GrainType = NameOf(activation.Class), SiloAddress = Silo.Address, GrainId = activation.GrainId })
            .Where(statistic => types is null || types.Contains(statistic.GrainType))
            .ToArray());

    public ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference) =>
        ValueTask.FromResult(Silo.Directory.TryFind(reference.GetGrainId(), out _) ? Silo.Address : null);

    public ValueTask<List<GrainId>> GetActiveGrains(GrainType type) =>
        ValueTask.FromResult(Activations.Where(activation => activation.Class.GrainType == type).Select(activation => activation.GrainId).Distinct().ToList());

    private static string NameOf(GrainClass grainClass) => $"{grainClass.Type.FullName},{grainClass.Type.Assembly.GetName().Name}";
}
