using System.Net;
using System.Reflection;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Serialization;
using WalletGrains.Contracts.Activity;

namespace WalletGrains.Host.Actors;

/// <summary>Sets up the actor runtime of this process: Orleans.</summary>
public static class SiloSetup
{
    /// <summary>The name for start lines, logs and /version.</summary>
    public static string RuntimeName => "Orleans";

    private const string Npgsql = "Npgsql";

    /// <summary>Queues of the streams, over all silos; the streams of a few partitions share them. Clients must have the same number:
    /// they choose the queue of a message by it, and a queue beyond the silos' ones is read by nobody.</summary>
    private const int StreamQueues = 4;

    /// <summary>Adds what <paramref name="role"/> needs. The schema (<see cref="OrleansSchema"/>) must be there before the host starts.</summary>
    /// <param name="builder">The host under construction.</param>
    /// <param name="role">Silo, client or both in one process.</param>
    /// <param name="options">Checked options, from <see cref="ActorOptions.Read"/>.</param>
    /// <param name="database">
    /// Where state, reminders and membership live; asked for when the runtime starts. Give it a pool of its own: a heartbeat
    /// that waits for a connection behind customers' work makes a healthy silo look dead.
    /// </param>
    /// <param name="grainAssemblies">Where the grain classes are.</param>
    public static void AddActors(
        IHostApplicationBuilder builder, ActorRole role, ActorOptions options,
        Func<IServiceProvider, NpgsqlDataSource> database, params Assembly[] grainAssemblies)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(database);
        builder.Services.AddSerializer(serializer => Array.ForEach(grainAssemblies, assembly => serializer.AddAssembly(assembly)));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.DrainSeconds));
        if (role == ActorRole.Api)
        {
            builder.UseOrleansClient(client => Client(client, options, database));
            return;
        }

        // Before the silo: hosted services start one after the other, and this one must be at work while the silo joins.
        if (options.Clustering == ActorClustering.Database)
            builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<DeadSilos>(services, () => database(services), options.ClusterId));
        builder.UseOrleans(silo => Silo(silo, options, database));
    }

    /// <summary>The operators' dashboard at /dashboard; it shows grain state, so nobody else may see it.</summary>
    public static IEndpointConventionBuilder MapDashboard(WebApplication app) => app.MapOrleansDashboard("/dashboard");

    private static void Silo(ISiloBuilder silo, ActorOptions options, Func<IServiceProvider, NpgsqlDataSource> database)
    {
        var endpoints = Endpoints.Of(options);
        if (options.Clustering == ActorClustering.Localhost)
        {
            silo.UseLocalhostClustering(endpoints.SiloPort, endpoints.GatewayPort, serviceId: options.ServiceId, clusterId: options.ClusterId);
        }
        else
        {
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ServiceId));
            silo.Configure<ClusterMembershipOptions>(it =>
            {
                (it.IAmAliveTablePublishTimeout, it.NumMissedTableIAmAliveLimit) = (DeadSilos.HeartbeatPeriod, DeadSilos.MissedHeartbeats);
                it.ProbeTimeout = TimeSpan.FromSeconds(options.ProbeTimeoutSeconds);
                // A silo that was frozen and given up learns it from the table. The default is a minute, in which it would go
                // on answering reads from an old state; what it writes is fenced.
                it.TableRefreshTimeout = DeadSilos.HeartbeatPeriod;
            });
            silo.ConfigureEndpoints(endpoints.Address, endpoints.SiloPort, endpoints.GatewayPort);
            silo.UseAdoNetClustering((OptionsBuilder<AdoNetClusteringSiloOptions> clustering) =>
                clustering.Configure<IServiceProvider>((it, services) => (it.Invariant, it.DataSource) = (Npgsql, database(services))));
        }

        silo.Configure<SiloOptions>(it => it.SiloName = $"{Dns.GetHostName()}-{endpoints.SiloPort}");
        silo.Configure<SiloMessagingOptions>(it => it.ResponseTimeout = TimeSpan.FromSeconds(options.ResponseTimeoutSeconds));
        silo.Services.AddSingleton<IPersistentStateFactory, StateNames>();
        silo.AddAdoNetGrainStorageAsDefault((OptionsBuilder<AdoNetGrainStorageOptions> storage) =>
            storage.Configure<IServiceProvider>((it, services) =>
                (it.Invariant, it.DataSource, it.GrainStorageSerializer) = (Npgsql, database(services), new JsonStateSerializer())));
        silo.AddAdoNetGrainStorage("PubSubStore", (OptionsBuilder<AdoNetGrainStorageOptions> storage) =>
            storage.Configure<IServiceProvider>((it, services) => (it.Invariant, it.DataSource) = (Npgsql, database(services))));
        silo.UseAdoNetReminderService((OptionsBuilder<AdoNetReminderTableOptions> reminders) =>
            reminders.Configure<IServiceProvider>((it, services) => (it.Invariant, it.DataSource) = (Npgsql, database(services))));
        // While the ring is not agreed upon, a silo may leave a reminder in the table that belongs to another. The default of five minutes would be
        // several of its rings.
        silo.Configure<ReminderOptions>(it => it.RefreshReminderListPeriod = it.MinimumReminderPeriod);
        silo.AddMemoryStreams(ActivityStreams.Provider, streams =>
        {
            streams.ConfigurePartitioning(StreamQueues);

            // How long a message waits to be looked for; the default of 100 ms would be most of its way.
            streams.ConfigurePullingAgent(agent => agent.Configure(it => it.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(10)));
        });
        // Log lines stay in the log files: the dashboard's live trace is off.
        silo.AddDashboard(dashboard => dashboard.HideTrace = true);
    }

    private static void Client(IClientBuilder client, ActorOptions options, Func<IServiceProvider, NpgsqlDataSource> database)
    {
        client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ServiceId));
        client.UseAdoNetClustering((OptionsBuilder<AdoNetClusteringClientOptions> clustering) =>
            clustering.Configure<IServiceProvider>((it, services) => (it.Invariant, it.DataSource) = (Npgsql, database(services))));
        client.Configure<ClientMessagingOptions>(it => it.ResponseTimeout = TimeSpan.FromSeconds(options.ResponseTimeoutSeconds));
        client.UseConnectionRetryFilter<FirstSiloWait>();
        client.Services.AddSingleton(options);
        client.AddMemoryStreams(ActivityStreams.Provider, streams => streams.ConfigurePartitioning(StreamQueues));
        client.AddDashboard(dashboard => dashboard.HideTrace = true);
    }
}
