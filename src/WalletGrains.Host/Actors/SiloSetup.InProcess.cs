using System.Reflection;
using Npgsql;
using WalletGrains.Contracts.Activity;

namespace WalletGrains.Host.Actors;

/// <summary>Sets up the actor runtime of this process: the in-process one.</summary>
public static class SiloSetup
{
    /// <summary>The name for start lines, logs and /version.</summary>
    public static string RuntimeName => "InProcess";

    /// <summary>Adds the silo. The schema (<see cref="OrleansSchema"/>) must be there before the host starts.</summary>
    /// <param name="builder">The host under construction.</param>
    /// <param name="role">Must be <see cref="ActorRole.All"/>.</param>
    /// <param name="options">Checked options, from <see cref="ActorOptions.Read"/>; those of clusters have no effect here.</param>
    /// <param name="database">Where state and reminders live; asked for when the runtime starts.</param>
    /// <param name="grainAssemblies">Where the grain classes are.</param>
    /// <exception cref="ActorSetupException">The role needs more than one process.</exception>
    public static void AddActors(
        IHostApplicationBuilder builder, ActorRole role, ActorOptions options,
        Func<IServiceProvider, NpgsqlDataSource> database, params Assembly[] grainAssemblies)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(database);
        if (role != ActorRole.All)
            throw new ActorSetupException("The in-process runtime runs everything in one process: use --role all, or a build with ActorRuntime=Orleans.");
        if (grainAssemblies.Length == 0)
            throw new ArgumentException("This runtime finds grain classes only in the assemblies it is given.", nameof(grainAssemblies));

        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.DrainSeconds));
        builder.Services.AddSingleton(services => new StoredStatements(database(services)));
        builder.Services
            .AddInProcessOrleans(silo =>
            {
                silo.ResponseTimeout = TimeSpan.FromSeconds(options.ResponseTimeoutSeconds);
                Array.ForEach(grainAssemblies, silo.GrainAssemblies.Add);
            })
            .AddGrainStorage("Default", services => new PostgresGrainStorage(services.GetRequiredService<StoredStatements>(), options.ServiceId))
            .UseReminderTable(services => new PostgresReminderTable(services.GetRequiredService<StoredStatements>(), options.ServiceId))
            .AddMemoryStreams(ActivityStreams.Provider);
    }

    /// <summary>The dashboard belongs to Orleans; here an operator who looks for it reads where it is.</summary>
    public static IEndpointConventionBuilder MapDashboard(WebApplication app) =>
        app.MapGet("/dashboard/{**path}", (string? path) => Results.Text(
                "The dashboard comes with the Orleans runtime; this host runs the in-process one. Build it with ActorRuntime=Orleans.",
                statusCode: StatusCodes.Status404NotFound))
            .ExcludeFromDescription();
}
