using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.InProcess.Simulation;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Statistics;
using WalletGrains.Grains.Activity;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Grains.Jobs;
using WalletGrains.Grains.Statistics;
using WalletGrains.Grains.Tests.BalanceSync;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Fraud;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Statistics;
using Xunit;

namespace WalletGrains.Grains.Tests.Activity;

/// <summary>
/// Relays and consumers on three virtual silos in virtual time: silos crash, grains have two activations, messages are lost, repeated and late,
/// writes fail before and after they happened. Then everything heals, and what consumers made of the events is what the journal says.
/// </summary>
public sealed class ActivitySimulationTests
{
    private const int Partitions = 2;

    private readonly MemoryJournal _journal = new();
    private readonly List<WrittenWallet> _wallets = [];
    private bool _isFaulty = true;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task After_a_minute_of_faults_every_entry_has_had_its_effects_once(int seed)
    {
        var world = new SimulatedWorld(seed);
        var database = world.AddProcess("database");
        var random = world.NewRandom("workload");
        var faults = world.NewRandom("faults");
        var jobs = new MemoryJobStore(database.Clock);
        var positions = new MemoryActivityPositions((point, _) => _isFaulty && faults.Next(10) == 0
            ? throw (point is CommitPoint.Before ? new JournalUnavailableException("away") : new JournalOutcomeUnknownException("lost"))
            : Task.CompletedTask);
        var (statistics, alerts) = (new MemoryStatisticsStore(positions, jobs), new MemoryFraudStore(positions, jobs));
        var (mobileUsers, asked) = (new MemoryMobileUserStore(_journal, positions, jobs), new Dictionary<string, TimeSpan>());
        var options = new SimulatedClusterOptions();
        options.Silo.GrainAssemblies.Add(typeof(JournalRelayGrain).Assembly);
        var cluster = new SimulatedCluster(world, options, (builder, _) => builder
            .AddMemoryStreams(ActivityStreams.Provider).Services
            .AddSingleton<IJournal>(_journal)
            .AddSingleton<IActivityLog>(_journal)
            .AddSingleton<IActivityPositions>(positions)
            .AddSingleton<IStatisticsStore>(statistics)
            .AddSingleton<IFraudStore>(alerts)
            .AddSingleton<IJobStore>(jobs)
            .AddSingleton<IMobileUserStore>(mobileUsers)
            .AddSingleton<ICoreBanking>(new ScriptedCore
            {
                Answer = account =>
                {
                    asked[account] = world.Now;
                    return Task.FromResult<CoreAnswer>(new CoreAnswer.Balance(1m, "USD"));
                },
            })
            .AddSingleton(new ActivityOptions { Partitions = Partitions })
            .AddWalletGrains()
            .RemoveAll<IJobHandler>()
            .AddSingleton<IJobHandler, AccountSync>());
        var client = cluster.AddClient("client");
        client.Process.Start(async () =>
        {
            for (var partition = 0; partition < Partitions; partition++)
            {
                await client.Cluster.GetGrain<IJournalRelayGrain>(partition).StartAsync();
            }

            await client.Cluster.GetGrain<IJobGrain>("balance-sync").StartAsync();
        });
        world.Run(TimeSpan.FromSeconds(1));

        for (var i = 0; i < 12; i++)
        {
            // Every third one belongs to a mobile user, whose account is named like it.
            var owner = i % 3 == 0 ? Guid.CreateVersion7() : default(Guid?);
            _wallets.Add(new WrittenWallet(_journal, owner));
            await _wallets[^1].DepositAsync(1_000_000);
            if (owner is { } user)
            {
                await mobileUsers.CreateAsync(
                    new MobileUserRow(user, MobileUserRow.MobileBanking, $"{user}", $"{user}", "Ada Banda", "C-1", $"{_wallets[^1].Id}", true, SimulatedWorld.Epoch, SimulatedWorld.Epoch),
                    MobileUserRecords.ToAccount(user, $"{_wallets[^1].Id}", "SAVINGS", isPrimary: true, SimulatedWorld.Epoch),
                    CancellationToken.None);
            }
        }

        cluster.NetworkFaults.Lose = 0.02;
        cluster.NetworkFaults.Repeat = 0.05;
        cluster.NetworkFaults.Delay = 0.05;
        for (var second = 0; second < 60; second++)
        {
            await ActAsync(cluster, client.Cluster, random, world.Now);
            world.Run(TimeSpan.FromSeconds(1));
        }

        _isFaulty = false;
        cluster.NetworkFaults.Heal();
        cluster.UniteAll();
        foreach (var silo in cluster.Silos.Where(silo => !silo.IsUp))
        {
            silo.Restart();
        }

        Assert.True(world.Run(() => _wallets.TrueForAll(wallet => IsCounted(statistics, wallet)), TimeSpan.FromMinutes(10)), "The statistics did not catch up.");
        world.Run(TimeSpan.FromMinutes(2));
        foreach (var wallet in _wallets)
        {
            var expected = await StatisticsHistory.CountAsync(_journal, wallet.Id, WalletStatistics.None, wallet.Version, CancellationToken.None);
            Assert.Equal(StatisticsRows.ToRow(wallet.Id, expected), Assert.Single(await statistics.FindAsync([wallet.Id], CancellationToken.None)));
        }

        var found = await alerts.ReadAsync(null, null, null, 200, CancellationToken.None);
        foreach (var wallet in _wallets)
        {
            Assert.Equal(wallet.Suspicions, found.Where(alert => alert.WalletId == wallet.Id).Sum(alert => alert.Findings));
        }

        // Each balance was asked for behind the last entry of its wallet, and no others were.
        var owned = _wallets.Where((_, i) => i % 3 == 0).ToList();
        Assert.Equal(owned.Select(wallet => $"{wallet.Id}").Order(), asked.Keys.Order());
        Assert.All(owned, wallet => Assert.True(asked[$"{wallet.Id}"] >= wallet.Now - SimulatedWorld.Epoch, $"{wallet.Id} was not asked for after {wallet.Now}."));
        Assert.Equal(default, await jobs.CountAsync("balance-sync", 10, CancellationToken.None));

        Assert.Empty(await jobs.ReadAsync(new JobQuery("event", null, null, 10), CancellationToken.None));
    }

    private async Task ActAsync(SimulatedCluster cluster, IClusterClient grains, Random random, TimeSpan now)
    {
        for (var i = 0; i < 5; i++)
        {
            var wallet = _wallets[random.Next(_wallets.Count)];
            wallet.Now = SimulatedWorld.Epoch + now;
            await (random.Next(3) == 0 ? wallet.WithdrawAsync(random.Next(1, 50)) : wallet.DepositAsync(random.Next(1, 50)));
        }

        var silo = cluster.Silos[random.Next(3)];
        if (!silo.IsUp)
        {
            silo.Restart();
        }
        else if (random.Next(8) == 0 && cluster.Silos.Count(each => each.IsUp) > 1)
        {
            silo.Crash();
        }

        if (random.Next(10) == 0)
        {
            cluster.Duplicate(grains.GetGrain<IStatisticsGrain>(random.Next(Partitions)));
            cluster.Duplicate(grains.GetGrain<IFraudGrain>(random.Next(Partitions)));
            cluster.Duplicate(grains.GetGrain<ITransactionSyncGrain>(random.Next(Partitions)));
            cluster.Duplicate(grains.GetGrain<IJournalRelayGrain>(random.Next(Partitions)));
        }
    }

    private static bool IsCounted(MemoryStatisticsStore statistics, WrittenWallet wallet) =>
        statistics.FindAsync([wallet.Id], CancellationToken.None).Result is [var row] && row.Version == wallet.Version;
}
