using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Audit;
using WalletGrains.Api.Auth;
using WalletGrains.Api.BalanceSync;
using WalletGrains.Api.Bills;
using WalletGrains.Api.Bulks;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Fraud;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Operations;
using WalletGrains.Api.Proofs;
using WalletGrains.Api.Protection;
using WalletGrains.Api.Push;
using WalletGrains.Api.Schedules;
using WalletGrains.Api.Statistics;
using WalletGrains.Api.Transfers;
using WalletGrains.Api.Users;
using WalletGrains.Api.VirtualAccounts;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api;

/// <summary>The front door, for the host to put together.</summary>
public static class WalletGrainsApi
{
    /// <summary>
    /// Adds everything the front door needs but the grains themselves, and limits the server: the container must have an
    /// <see cref="IGrainFactory"/> when it serves.
    /// </summary>
    /// <param name="builder">The application under construction.</param>
    /// <param name="frontDoor">False for a process that serves nothing but its health and version, such as a silo.</param>
    public static WebApplicationBuilder AddWalletGrainsApi(this WebApplicationBuilder builder, bool frontDoor = true)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.WebHost.ConfigureKestrel(KestrelLimits.Apply);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        AddOptions(builder);
        builder.AddProtection();
        AddAuthentication(services, frontDoor);
        AddOpenApi(services);
        services.AddHealthChecks();
        if (frontDoor)
        {
            PushHub.Add(builder);
            services.AddHostedService<HttpsRedirectCheck>();
        }

        services.AddSingleton(static provider => new AuditQueue(provider.GetRequiredService<RateLimits>()));
        services.AddSingleton<WalletDirectory>();
        services.AddSingleton<UserEndpoints>();
        services.AddSingleton<SessionEndpoints>();
        services.AddSingleton<UserOperationsEndpoints>();
        services.AddSingleton<ApiKeyEndpoints>();
        services.AddSingleton<WalletEndpoints>();
        services.AddSingleton<BalanceEndpoints>();
        services.AddSingleton<HoldEndpoints>();
        services.AddSingleton<LifecycleEndpoints>();
        services.AddSingleton<LimitsEndpoints>();
        services.AddSingleton<HistoryEndpoints>();
        services.AddSingleton<TransferEndpoints>();
        services.AddSingleton<ReversalEndpoints>();
        services.AddSingleton<BulkEndpoints>();
        services.AddSingleton<BillEndpoints>();
        services.AddSingleton<ScheduleEndpoints>();
        services.AddSingleton<OperationsEndpoints>();
        services.AddSingleton<VerificationEndpoints>();
        services.AddSingleton<ReconciliationEndpoints>();
        services.AddSingleton<TransferListEndpoints>();
        services.AddSingleton<StatisticsEndpoints>();
        services.AddSingleton<FraudEndpoints>();
        services.AddSingleton<MobileUserEndpoints>();
        services.AddSingleton<BalanceSyncEndpoints>();
        services.AddSingleton<JobEndpoints>();
        services.AddSingleton<CheckpointEndpoints>();
        services.AddSingleton<ProofEndpoints>();
        services.AddSingleton<AuditEndpoints>();
        services.AddSingleton<VirtualAccountEndpoints>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookEndpoints>();
        services.AddSingleton<BankReconciliationEndpoints>();
        return builder;
    }

    /// <summary>
    /// Adds the middlewares and maps the endpoints. Endpoints that others map are covered by it too: they say who may use them by
    /// <see cref="AccessEndpoints.RequireAccess"/>, or nobody but operators may.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="frontDoor">False for a process that serves nothing but its health and version, such as a silo.</param>
    /// <exception cref="OptionsValidationException">A setting is wrong; the message names it.</exception>
    public static WebApplication UseWalletGrainsApi(this WebApplication app, bool frontDoor = true)
    {
        ArgumentNullException.ThrowIfNull(app);
        var services = app.Services;
        app.UseTrustedProxies();
        if (!frontDoor)
        {
            app.UseMiddleware<RequestBoundary>();
            app.UseRouting();
            app.UseMiddleware<UnmatchedRoutes>();
            services.GetRequiredService<OperationsEndpoints>().Map(app);
            app.Run(static context => context.GetEndpoint()!.RequestDelegate!(context));

            // Behind the end: were it nowhere, the framework would put it first, and a silo has no key to check tokens with.
            app.UseAuthentication();
            app.UseAuthorization();
            return app;
        }

        // Now, and not at the first request that needs them: what is wrong with them ends the start.
        var jwt = services.GetRequiredService<IOptions<JwtOptions>>().Value;
        var wallets = services.GetRequiredService<IOptions<WalletOptions>>().Value;
        _ = services.GetRequiredService<IOptions<CorsOptions>>().Value;
        _ = services.GetRequiredService<IOptions<SessionTimes>>().Value;
        _ = services.GetRequiredService<IOptions<RateLimitOptions>>().Value;
        _ = services.GetRequiredService<IOptions<OverloadOptions>>().Value;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("WalletGrains.Api");
        WalletGrainsApiLog.SetUp(logger, jwt.Issuer, jwt.Audience, wallets.AllowSelfFunding == true);

        app.UseMiddleware<AuditTrail>();
        app.UseMiddleware<RequestBoundary>();
        app.UseHttpsWhereWanted();
        app.UseWhen(
            static context => context.Request.Path.StartsWithSegments("/docs", StringComparison.Ordinal),
            static docs => docs.UseSwaggerUI(options =>
            {
                options.RoutePrefix = "docs";
                options.DocumentTitle = "WalletGrains";
                options.SwaggerEndpoint(OpenApiEndpoint.Path, "WalletGrains v1");
            }));
        app.UseMiddleware<DashboardBrowser>();
        app.UseRouting();
        app.UseCors();
        app.UseMiddleware<FrontGate>();
        app.UseMiddleware<UnmatchedRoutes>();
        app.UseAuthentication();
        app.UseMiddleware<CallerGate>();
        app.UseAuthorization();

        services.GetRequiredService<UserEndpoints>().Map(app);
        services.GetRequiredService<SessionEndpoints>().Map(app);
        services.GetRequiredService<UserOperationsEndpoints>().Map(app);
        services.GetRequiredService<ApiKeyEndpoints>().Map(app);
        services.GetRequiredService<WalletEndpoints>().Map(app);
        services.GetRequiredService<BalanceEndpoints>().Map(app);
        services.GetRequiredService<HoldEndpoints>().Map(app);
        services.GetRequiredService<LifecycleEndpoints>().Map(app);
        services.GetRequiredService<LimitsEndpoints>().Map(app);
        services.GetRequiredService<HistoryEndpoints>().Map(app);
        services.GetRequiredService<TransferEndpoints>().Map(app);
        services.GetRequiredService<ReversalEndpoints>().Map(app);
        services.GetRequiredService<BulkEndpoints>().Map(app);
        services.GetRequiredService<BillEndpoints>().Map(app);
        services.GetRequiredService<ScheduleEndpoints>().Map(app);
        services.GetRequiredService<OperationsEndpoints>().Map(app);
        services.GetRequiredService<VerificationEndpoints>().Map(app);
        services.GetRequiredService<ReconciliationEndpoints>().Map(app);
        services.GetRequiredService<TransferListEndpoints>().Map(app);
        services.GetRequiredService<StatisticsEndpoints>().Map(app);
        services.GetRequiredService<FraudEndpoints>().Map(app);
        services.GetRequiredService<MobileUserEndpoints>().Map(app);
        services.GetRequiredService<BalanceSyncEndpoints>().Map(app);
        services.GetRequiredService<JobEndpoints>().Map(app);
        services.GetRequiredService<CheckpointEndpoints>().Map(app);
        services.GetRequiredService<ProofEndpoints>().Map(app);
        services.GetRequiredService<AuditEndpoints>().Map(app);
        services.GetRequiredService<VirtualAccountEndpoints>().Map(app);
        services.GetRequiredService<WebhookEndpoints>().Map(app);
        services.GetRequiredService<BankReconciliationEndpoints>().Map(app);
        services.GetRequiredService<OpenApiEndpoint>().Map(app);
        PushHub.Map(app);
        return app;
    }

    /// <summary>The OpenAPI document of the endpoints that are mapped, for an application that is never started.</summary>
    public static Task<byte[]> DescribeAsync(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);

        // A start would do this: until then nobody knows which endpoints there are.
        app.UseEndpoints(static _ => { });
        return app.Services.GetRequiredService<OpenApiEndpoint>().MakeAsync(CancellationToken.None);
    }

    private static void AddOptions(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<JwtOptions>, JwtOptions.Validator>();
        services.Configure<JwtOptions>(builder.Configuration.GetSection(JwtOptions.Section));
        services.AddSingleton<IValidateOptions<SessionTimes>, SessionTimes.Validator>();
        services.Configure<SessionTimes>(builder.Configuration.GetSection(SessionTimes.Section));
        services.AddSingleton<IValidateOptions<WalletOptions>, WalletOptions.Validator>();
        services.Configure<WalletOptions>(builder.Configuration.GetSection(WalletOptions.Section));
        services.PostConfigure<WalletOptions>(options => options.AllowSelfFunding ??= builder.Environment.IsDevelopment());
        services.AddSingleton<IValidateOptions<OriginOptions>, OriginOptions.Validator>();
        services.Configure<OriginOptions>(builder.Configuration.GetSection(OriginOptions.Section));
        services.PostConfigure<OriginOptions>(options => options.Origins ??= builder.Environment.IsDevelopment() ? OriginOptions.Any : null);
        services.AddCors();
        services.AddOptions<CorsOptions>()
            .Configure<IOptions<OriginOptions>>((options, origins) => options.AddDefaultPolicy(origins.Value.Apply));
    }

    private static void AddAuthentication(IServiceCollection services, bool frontDoor)
    {
        services.AddSingleton<AccessTokenVerifier>();
        services.AddSingleton<AccessTokenIssuer>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton(provider =>
        {
            // The grain is asked for at each call: a front door without grains of its own knows none before it has found a silo.
            var grains = provider.GetRequiredService<IGrainFactory>();
            return new LiveCredentials(since => grains.GetGrain<ICredentialGrain>(0).ReadChangesAsync(since), provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton<SessionConnections>();
        services.Configure<HubOptions>(static hubs => hubs.AddFilter<SessionConnections>());
        if (frontDoor)
        {
            services.AddHostedService<CredentialWatch>();
        }

        services.AddAuthentication(BearerHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, configureOptions: null);
        services.AddAuthorization(options => options.FallbackPolicy = Access.Operator.Policy);
        services.AddSingleton<IAuthorizationHandler, Access.Handler>();
    }

    private static void AddOpenApi(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options =>
        {
            ApiJson.Configure(options.SerializerOptions);
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        });
        OpenApiEndpoint.AddGenerator(services);
        services.AddSingleton<OpenApiEndpoint>();
    }
}
