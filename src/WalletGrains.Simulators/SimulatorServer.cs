using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Billers;
using WalletGrains.Simulators.Calls;
using WalletGrains.Simulators.Faults;
using WalletGrains.Simulators.Globus;
using WalletGrains.Simulators.T24;

namespace WalletGrains.Simulators;

/// <summary>A bank, a core banking system and three billers, behind one real socket. What they know is in memory and ends with them.</summary>
public sealed class SimulatorServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SimulatorServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
    }

    /// <summary>The root of all; for <see cref="SimulatorAdmin"/>.</summary>
    public Uri Address { get; }

    /// <summary>The bank; paths are added to it.</summary>
    public Uri GlobusUrl => new(Address, BankEndpoints.Prefix);

    /// <summary>The core banking system; paths are added to it.</summary>
    public Uri T24Url => new(Address, CoreEndpoints.Prefix);

    /// <summary>The codes of the billers.</summary>
    public static IReadOnlyList<string> BillerCodes { get; } = [.. BillerProfile.All.Select(biller => biller.Code)];

    /// <summary>A biller; paths are added to it.</summary>
    public Uri BillerUrl(string code) => new(Address, $"{BillerEndpoints.Prefix}/{code}");

    /// <summary>What a host has to be told to pay bills of this biller, by the names that its settings have there.</summary>
    public IReadOnlyDictionary<string, string> BillerSettings(string code)
    {
        var biller = _app.Services.GetRequiredService<IReadOnlyList<Biller>>().Single(biller => biller.Profile.Code == code).Details;
        return new Dictionary<string, string>
        {
            ["BaseUrl"] = BillerUrl(code).AbsoluteUri,
            ["ApiKey"] = _app.Services.GetRequiredService<SimulatorOptions>().BillerApiKey,
            [nameof(biller.Name)] = biller.Name,
            [nameof(biller.Currency)] = biller.Currency,
            [nameof(biller.ReferenceLabel)] = biller.ReferenceLabel,
            [nameof(biller.ReferencePattern)] = biller.ReferencePattern,
            [nameof(biller.ReferenceExample)] = biller.ReferenceExample,
            [nameof(biller.MinAmount)] = biller.MinAmount.ToString(CultureInfo.InvariantCulture),
            [nameof(biller.MaxAmount)] = biller.MaxAmount.ToString(CultureInfo.InvariantCulture),
            [nameof(biller.NameEnquiry)] = biller.NameEnquiry ? "true" : "false",
        };
    }

    /// <summary>Starts them; they accept calls when it returns.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<SimulatorServer> StartAsync(SimulatorOptions? options = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        options ??= new SimulatorOptions();
        options.Check();
        var app = Build(options, time ?? TimeProvider.System);
        try
        {
            await app.StartAsync(cancellationToken);
            return new SimulatorServer(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the process is told to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static WebApplication Build(SimulatorOptions options, TimeProvider time)
    {
        // Empty: no settings but those given, and on the console only what must not happen.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Error);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = SimulatorLimits.MaxAdminBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = SimulatorLimits.MaxConnections;
        });
        var services = builder.Services;
        services.AddRouting();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = SimulatorLimits.StopLimit);
        services.AddSingleton(options);
        services.AddSingleton(time);
        services.AddSingleton(new FaultPlan(options.Seed));
        services.AddSingleton<HeldCalls>();
        services.AddSingleton<CallLog>();
        services.AddSingleton<CallBoundary>();
        services.AddSingleton<Bank>();
        services.AddSingleton<BankTokens>();
        services.AddSingleton<WebhookSender>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookSender>());
        services.AddSingleton<CoreBanking>();
        services.AddSingleton<IReadOnlyList<Biller>>([.. BillerProfile.All.Select(profile => new Biller(profile, time))]);
        services.AddSingleton<BankEndpoints>();
        services.AddSingleton<CoreEndpoints>();
        services.AddSingleton<BillerEndpoints>();
        services.AddSingleton<AdminEndpoints>();

        var app = builder.Build();
        app.Use(RefuseBadRequestsAsync);
        app.UseRouting();
        app.Services.GetRequiredService<BankEndpoints>().Map(app);
        app.Services.GetRequiredService<CoreEndpoints>().Map(app);
        app.Services.GetRequiredService<BillerEndpoints>().Map(app);
        app.Services.GetRequiredService<AdminEndpoints>().Map(app);
        return app;
    }

    private static async Task RefuseBadRequestsAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Reply.Refused(e.StatusCode, "BAD_REQUEST", e.Message).SendAsync(context.Response);
        }
        catch (InvalidDataException e) when (!context.Response.HasStarted)
        {
            // A form that is none.
            await Reply.Refused(StatusCodes.Status400BadRequest, "BAD_REQUEST", e.Message).SendAsync(context.Response);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
    }
}
