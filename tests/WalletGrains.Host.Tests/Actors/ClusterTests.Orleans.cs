using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WalletGrains.Contracts;
using WalletGrains.Host.Actors;
using Xunit;

namespace WalletGrains.Host.Tests.Actors;

/// <summary>Separate silos and an API that know nothing of each other but the database.</summary>
public sealed class ClusterTests
{
    private readonly Guid _key = Guid.NewGuid();

    [Fact]
    public async Task Two_silos_and_an_api_find_each_other_through_the_database()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using var first = await SiloAsync(database);
        await using var second = await SiloAsync(database);
        await using var api = await ApiAsync(database);

        var hosts = await api.Client.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true);

        Assert.Equal(2, hosts.Count);
        Assert.Equal(5, await Probe(api).AddAsync(5));
        Assert.Equal(6, await Probe(first).AddAsync(1));
        Assert.Equal(7, await Probe(second).AddAsync(1));
    }

    [Fact]
    public async Task A_grain_moves_with_its_state_and_its_reminder_when_its_silo_stops()
    {
        await using var database = await ActorDatabase.CreateAsync();
        var first = await SiloAsync(database);
        await Probe(first).AddAsync(5);
        await Probe(first).RemindAsync();
        await using var second = await SiloAsync(database);

        await first.DisposeAsync();

        Assert.Equal(6, await Probe(second).AddAsync(1));
        Assert.True(await Probe(second).IsRemindedAsync());
    }

    [Fact]
    public async Task A_reminder_that_another_silo_left_in_the_table_is_at_most_one_ring_late()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using var silo = await SiloAsync(database);

        var reminders = silo.Services.GetRequiredService<IOptions<ReminderOptions>>().Value;

        Assert.Equal(reminders.MinimumReminderPeriod, reminders.RefreshReminderListPeriod);
    }

    [Fact]
    public async Task An_outage_reaches_the_api_as_the_exception_of_the_contract()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using var silo = await SiloAsync(database);
        await using var api = await ApiAsync(database);

        var outage = await Assert.ThrowsAsync<UnavailableException>(() => Probe(api).FailAsync());

        Assert.Equal("The probe's store is away.", outage.Message);
    }

    [Fact]
    public async Task Activity_published_by_the_api_reaches_a_grain_of_the_silo()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using var silo = await SiloAsync(database);
        await using var api = await ApiAsync(database);

        // So many that each queue has some.
        var probes = Enumerable.Range(0, 32).Select(_ => Guid.NewGuid()).ToList();
        foreach (var probe in probes)
            await api.Client.GetStreamProvider("Activity").GetStream<string>(StreamId.Create("probe", probe)).OnNextAsync("from the api");

        foreach (var probe in probes)
            await ProbeSignals.Of(probe, "from the api").WaitAsync(cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_api_without_silos_gives_up_when_its_time_is_over()
    {
        await using var database = await ActorDatabase.CreateAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => TestHost.StartAsync(database, ActorRole.Api, ("ConnectSeconds", "1")));
    }

    private static Task<TestHost> SiloAsync(ActorDatabase database) =>
        TestHost.StartAsync(database, ActorRole.Silo, ("SiloPort", "0"), ("GatewayPort", "0"), ("AdvertisedAddress", "127.0.0.1"));

    private static Task<TestHost> ApiAsync(ActorDatabase database) => TestHost.StartAsync(database, ActorRole.Api);

    private IProbeGrain Probe(TestHost host) => host.Client.GetGrain<IProbeGrain>(_key);
}
