using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.InProcess;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Streams;
using Orleans.Timers;

namespace Orleans.Hosting;

/// <summary>Adds an in-process silo to a host.</summary>
public static class InProcessSiloServiceCollectionExtensions
{
    /// <summary>
    /// Registers the silo, <see cref="IGrainFactory"/> and <see cref="IClusterClient"/>, and starts and stops it with the
    /// host. Time is the registered <see cref="TimeProvider"/>, threads the registered <see cref="IGrainScheduler"/>;
    /// the real ones if there is none.
    /// </summary>
    public static InProcessSiloBuilder AddInProcessOrleans(this IServiceCollection services, Action<InProcessSiloOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new InProcessSiloOptions();
        configure(options);

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IGrainScheduler, ThreadPoolGrainScheduler>();
        services.AddSingleton(options);
        services.AddSingleton(provider => new InProcessSilo(
            options,
            provider,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IGrainScheduler>(),
            silo => new LocalCallPath(silo),
            SiloAddress.New(IPAddress.Loopback, 1, 0),
            provider.GetService<ILogger<InProcessSilo>>() ?? Microsoft.Extensions.Logging.Abstractions.NullLogger<InProcessSilo>.Instance));
        services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<InProcessSilo>().GrainFactory);
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<IClusterClient>());
        services.AddSingleton<IHostedService, InProcessSiloHost>();
        return new InProcessSiloBuilder(services);
    }
}

/// <summary>What a silo can be given besides its options; the names are those of Orleans' silo builder.</summary>
public sealed class InProcessSiloBuilder(IServiceCollection services)
{
    public IServiceCollection Services { get; } = services;

    /// <summary>Adds a grain storage under a name; "Default" is the one of states that name none.</summary>
    public InProcessSiloBuilder AddGrainStorage(string name, Func<IServiceProvider, IGrainStorage> create)
    {
        Services.AddKeyedSingleton(name, (provider, _) => create(provider));
        return this;
    }

    /// <summary>Adds a grain storage in memory, for tests.</summary>
    public InProcessSiloBuilder AddMemoryGrainStorage(string name) => AddGrainStorage(name, _ => new MemoryGrainStorage());

    /// <summary>Sets the reminder table. Without one, registering a reminder fails.</summary>
    public InProcessSiloBuilder UseReminderTable(Func<IServiceProvider, IReminderTable> create)
    {
        Services.AddSingleton(create);
        Services.AddSingleton<ReminderService>();
        Services.AddSingleton<IReminderRegistry>(provider => provider.GetRequiredService<ReminderService>());
        return this;
    }

    /// <summary>Keeps reminders in memory, for tests.</summary>
    public InProcessSiloBuilder UseInMemoryReminderService() => UseReminderTable(_ => new MemoryReminderTable());

    /// <summary>Adds streams under a provider name. Events and subscriptions are kept in memory.</summary>
    public InProcessSiloBuilder AddMemoryStreams(string name)
    {
        Services.TryAddSingleton<ExplicitSubscriptions>();
        Services.AddKeyedSingleton<IStreamProvider>(
            name,
            (provider, _) => new StreamProvider(provider.GetRequiredService<InProcessSilo>(), name, provider.GetRequiredService<ExplicitSubscriptions>()));
        return this;
    }

    /// <summary>Adds a filter around every grain call; filters run in the order in which they are added.</summary>
    public InProcessSiloBuilder AddIncomingGrainCallFilter<TFilter>()
        where TFilter : class, IIncomingGrainCallFilter
    {
        Services.AddSingleton<IIncomingGrainCallFilter, TFilter>();
        return this;
    }

    /// <inheritdoc cref="AddIncomingGrainCallFilter{TFilter}()"/>
    public InProcessSiloBuilder AddIncomingGrainCallFilter(IncomingGrainCallFilterDelegate filter)
    {
        Services.AddSingleton<IIncomingGrainCallFilter>(new DelegateCallFilter(filter));
        return this;
    }
}
