using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.InProcess.Simulation;

/// <summary>One life of a silo, or of a client, in a process of its own: services, activations, reminders. A restart makes another one.</summary>
internal sealed class SiloProcess
{
    private readonly List<Exchange> _incoming = [];
    private readonly Dictionary<GrainId, SiloProcess> _known = [];

    public SiloProcess(SimulatedCluster cluster, SimulatedProcess process, int number, int generation, bool hostsGrains)
    {
        Process = process;
        HostsGrains = hostsGrains;
        var options = cluster.Options;
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(process.Clock);
        services.AddSingleton<IGrainScheduler>(process);
        services.AddSingleton(options.Silo);
        services.AddSingleton(cluster.Subscriptions);
        services.AddSingleton(provider => NewSilo(cluster, provider, SiloAddress.New(IPAddress.Loopback, number, generation)));
        services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<InProcessSilo>().GrainFactory);
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<IClusterClient>());
        if (hostsGrains)
            cluster.Configure(new InProcessSiloBuilder(services), this);

        services.TryAddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.TryAdd(ServiceDescriptor.Singleton(typeof(ILogger<>), typeof(Logger<>)));
        Silo = services.BuildServiceProvider().GetRequiredService<InProcessSilo>();
    }

    public SimulatedProcess Process { get; }

    public InProcessSilo Silo { get; }

    public bool HostsGrains { get; }

    /// <summary>Where this silo believes the activations of grains to be.</summary>
    public Dictionary<GrainId, SiloProcess> Known => _known;

    public void Start()
    {
        Silo.Start();
        if (Silo.Services.GetService<ReminderService>() is { } reminders)
            Process.Start(() => reminders.StartAsync(CancellationToken.None));
    }

    /// <summary>Remembers who waits for an answer from here.</summary>
    public void Note(Exchange exchange)
    {
        const int Many = 256;
        if (_incoming.Count >= Many)
            _incoming.RemoveAll(other => other.Call.IsAbandoned || other.To != this);

        if (!exchange.IsOneWay)
            _incoming.Add(exchange);
    }

    /// <summary>Tells all who wait for an answer from here that none will come.</summary>
    public void BreakIncoming()
    {
        foreach (var exchange in _incoming)
            exchange.Break(this);

        _incoming.Clear();
    }

    public override string ToString() => Process.Name;

    private InProcessSilo NewSilo(SimulatedCluster cluster, IServiceProvider services, SiloAddress address)
    {
        var random = cluster.World.NewRandom($"ids of {address}");
        return new InProcessSilo(
            cluster.Options.Silo,
            services,
            services.GetRequiredService<TimeProvider>(),
            Process,
            _ => new SimulatedCallPath(cluster.Network, this),
            address,
            services.GetRequiredService<ILogger<InProcessSilo>>(),
            cluster.Options.Classes)
        {
            NewGuid = () =>
            {
                Span<byte> bytes = stackalloc byte[16];
                random.NextBytes(bytes);
                return new Guid(bytes);
            },

            // Replies are given outside of any turn, so their continuations can be queued at once, without the thread pool.
            ReplyOptions = TaskCreationOptions.None,
        };
    }
}
