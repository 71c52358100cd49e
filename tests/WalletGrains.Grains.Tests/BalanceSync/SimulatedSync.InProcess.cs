using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess.Simulation;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Tests.BalanceSync;

/// <summary>
/// The synchronization of balances on three virtual silos, over stores in memory, beside a core banking system that tells what a test wants it to.
/// </summary>
internal sealed class SimulatedSync
{
    /// <summary>How long a call takes unless it is said otherwise.</summary>
    public static readonly TimeSpan CallTime = TimeSpan.FromMilliseconds(40);

    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    public SimulatedSync()
    {
        Database = World.AddProcess("database");
        Jobs = new MemoryJobStore(Database.Clock, (_, _) => Task.Delay(JobsTake, Database.Clock));
        Users = new MemoryMobileUserStore(new MemoryJournal(), new MemoryActivityPositions(), Jobs);
        var options = new SimulatedClusterOptions();
        options.Silo.GrainAssemblies.Add(typeof(AccountSync).Assembly);
        Cluster = new SimulatedCluster(World, options, AddServices);
        Client = Cluster.AddClient("client");
    }

    public SimulatedWorld World { get; } = new(seed: 1);

    public SimulatedCluster Cluster { get; }

    public SimulatedClient Client { get; }

    public SimulatedProcess Database { get; }

    public MemoryJobStore Jobs { get; }

    public MemoryMobileUserStore Users { get; }

    /// <summary>The calls that the core banking system got, in their order.</summary>
    public List<(string Account, TimeSpan At)> Calls { get; } = [];

    /// <summary>What it tells of an account: its number, unless it is said otherwise.</summary>
    public Func<string, CoreAnswer> Answer { get; set; } =
        account => new CoreAnswer.Balance(decimal.Parse(account, System.Globalization.CultureInfo.InvariantCulture), "MWK");

    /// <summary>How long a call takes.</summary>
    public TimeSpan CallTakes { get; set; } = CallTime;

    /// <summary>How long a write of jobs takes.</summary>
    public TimeSpan JobsTake { get; set; }

    /// <summary>Whether users cannot be read.</summary>
    public Func<bool> IsUnreadable { get; set; } = () => false;

    /// <summary>The calls that are under way.</summary>
    public int UnderWay { get; private set; }

    /// <summary>The most calls that were under way at a time.</summary>
    public int MostUnderWay { get; private set; }

    public IBalanceSyncGrain Grain => Client.Cluster.GetGrain<IBalanceSyncGrain>(0);

    public static (decimal, bool) Shown(MobileBalance? balance) => (balance!.Available, balance.IsFresh);

    public IMobileUserGrain User(Guid user) => Client.Cluster.GetGrain<IMobileUserGrain>(user);

    public Guid Create(string account, string context = MobileUserRow.MobileBanking)
    {
        var user = Guid.CreateVersion7();
        var now = DateTimeOffset.UnixEpoch;
        _ = Users.CreateAsync(
            new MobileUserRow(user, context, $"{user}", $"{user}", "Ada Banda", "C-1", account, true, now, now),
            MobileUserRecords.ToAccount(user, account, "SAVINGS", true, now),
            CancellationToken.None).Result;
        return user;
    }

    public JobCounts Counts() => Jobs.CountAsync("balance-sync", 1_000, CancellationToken.None).Result;

    public IReadOnlyList<JobRow> DeadLetters() => Jobs.ReadAsync(new JobQuery(null, JobState.Dead, null, 100), CancellationToken.None).Result;

    public MobileAccountRow Row(Guid user) => Users.FindAsync(user, CancellationToken.None).Result!.Accounts[0];

    /// <summary>Begins the work of both kinds.</summary>
    public void Drive() => World.Call(Client, async () =>
    {
        await Client.Cluster.GetGrain<IJobGrain>("balance-sync").StartAsync();
        await Client.Cluster.GetGrain<IJobGrain>("balance-sweep").StartAsync();
        return true;
    });

    private void AddServices(InProcessSiloBuilder builder, SimulatedSilo silo) => builder.Services
        .AddSingleton<IJobStore>(Jobs)
        .AddSingleton(UnreadableUsers.Sometimes(Users, () => IsUnreadable()))
        .AddSingleton<ICoreBanking>(new ScriptedCore { Answer = account => AnswerAsync(account, silo.Process.Clock) })
        .AddSingleton(new CoreBankingOptions { Interval = Interval })
        .AddSingleton<IdGenerator>()
        .AddSingleton(new JobOptions())
        .AddSingleton<JobMetrics>()
        .AddSingleton<BalanceSyncMetrics>()
        .AddSingleton<IJobHandler, AccountSync>()
        .AddSingleton<IJobHandler, BalanceSweep>()
        .AddSingleton<Func<JobKinds>>(provider => provider.GetRequiredService<JobKinds>)
        .AddSingleton(provider => new JobKinds(provider.GetServices<IJobHandler>()));

    private async Task<CoreAnswer> AnswerAsync(string account, TimeProvider clock)
    {
        Calls.Add((account, World.Now));
        MostUnderWay = Math.Max(MostUnderWay, ++UnderWay);
        await Task.Delay(CallTakes, clock);
        UnderWay--;
        return Answer(account);
    }
}
