using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using WalletGrains.Api;
using WalletGrains.Api.Auth;
using WalletGrains.Grains;
using WalletGrains.Grains.Bills;
using WalletGrains.Grains.Jobs;
using WalletGrains.Host.Actors;
using WalletGrains.Host.Audit;
using WalletGrains.Host.Database;
using WalletGrains.Host.Health;
using WalletGrains.Host.Logging;
using WalletGrains.Host.Telemetry;

namespace WalletGrains.Host.Startup;

/// <summary>
/// The composition root: the database first, then the actor runtime and the front door on top of it. Stopped in the
/// opposite order, so what is in progress can still be committed.
/// </summary>
public sealed class WalletGrainsHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HostDatabase _database;

    private WalletGrainsHost(WebApplication app, HostDatabase database, HostSettings options)
    {
        (_app, _database) = (app, database);
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        ReadyLine = options.Role is ActorRole.Api
            ? $"WalletGrains is ready on {Address} (runtime {SiloSetup.RuntimeName}, role api)"
            : $"WalletGrains is ready on {Address} (runtime {SiloSetup.RuntimeName}, {database.Description})";
    }

    /// <summary>Where it accepts requests.</summary>
    public string Address { get; }

    /// <summary>What the process prints when it accepts requests.</summary>
    public string ReadyLine { get; }

    /// <summary>The container, for tests and tools that call grains directly.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The database, for tests that take it away.</summary>
    public HostDatabase Database => _database;

    /// <summary>Starts everything and returns when requests are accepted.</summary>
    /// <param name="args">Command line: --role, and any setting as --Section:Name=value.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    public static async Task<WalletGrainsHost> StartAsync(string[] args, CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var options = HostSettings.Read(builder.Configuration, builder.Environment);
        ListenAddress.Check(options.Url);
        builder.Logging.UseSerilog(builder.Configuration, options);
        using var startLoggers = LoggerFactory.Create(logging => logging.UseSerilog(builder.Configuration, options));

        var database = await HostDatabase.StartAsync(options, builder.Environment, startLoggers, cancellationToken);
        try
        {
            var app = Build(builder, options, database);
            try
            {
                await app.StartAsync(cancellationToken);
                return new WalletGrainsHost(app, database, options);
            }
            catch
            {
                // What had started already works with what is disposed now, and tells the cluster that it leaves.
                await app.StopAsync(CancellationToken.None);
                await app.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the process is told to stop, and has answered what was in progress.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>Puts the host together; nothing is started yet, and nothing connects.</summary>
    internal static WebApplication Build(WebApplicationBuilder builder, HostSettings options, HostDatabase database)
    {
        var actors = ActorOptions.Read(builder.Configuration, options.Role, options.UsesEmbeddedDatabase);
        builder.WebHost.UseUrls(options.Url);
        builder.Services.AddSingleton(TimeProvider.System);
        var telemetry = TelemetryOptions.Read(builder.Configuration);
        builder.Services.AddTelemetry(telemetry);
        var notice = StopNotice.Read(builder.Configuration, builder.Environment, actors.DrainSeconds);
        builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<StopNotice>(services, notice));
        builder.Services.AddSingleton(database);
        builder.Services.AddHealth(options.Role);
        SiloSetup.AddActors(builder, options.Role, actors, _ => database.ActorsDataSource, typeof(IdGenerator).Assembly);
        builder.Services.AddActivity(builder.Configuration, options.Role);
        if (options.Role is not ActorRole.Api)
        {
            builder.Services.AddWalletGrains();
            builder.Services.AddJournal(builder.Configuration, database);
            builder.Services.AddVirtualAccounts(builder.Configuration, builder.Environment);
            builder.Services.AddSigning(builder.Configuration, builder.Environment, options.DataFolder);
            builder.Services.AddHostedService<PeriodicWorkStart>();
        }

        builder.Services.AddAudit(builder.Configuration, database, options.Role);
        if (options.Role is not ActorRole.Silo)
        {
            JwtKey.Provide(builder.Configuration, builder.Environment, options.DataFolder);
            builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<FirstOperator>(services, options));
        }

        var frontDoor = options.Role is not ActorRole.Silo;
        builder.AddWalletGrainsApi(frontDoor);
        var app = builder.Build();
        if (options.Role is not ActorRole.Api)
        {
            CheckSettings(app.Services);
        }

        if (telemetry.Traces)
        {
            app.UseMiddleware<RequestTracing>();
        }

        app.UseWalletGrainsApi(frontDoor);
        if (frontDoor)
        {
            SiloSetup.MapDashboard(app).RequireAccess(Access.Operator);
        }

        app.CheckAccess();
        return app;
    }

    /// <summary>Reads the settings of jobs and billers now, and not when the first of them is due: what is wrong with them ends the start.</summary>
    private static void CheckSettings(IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<JobOptions>();
            services.GetRequiredService<JobKinds>();
            services.GetRequiredService<IBillers>();
        }
        catch (ArgumentException e)
        {
            throw new StartupException(e.Message, e);
        }
    }
}
