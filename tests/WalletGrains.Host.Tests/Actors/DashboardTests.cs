using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WalletGrains.Host.Actors;
using Xunit;

namespace WalletGrains.Host.Tests.Actors;

public sealed class DashboardTests
{
    private const string Operators = "operators";

    [Theory]
    [InlineData("/dashboard/", null, HttpStatusCode.Unauthorized)]
    [InlineData("/dashboard/", "Customer", HttpStatusCode.Forbidden)]
    [InlineData("/dashboard/DashboardCounters", null, HttpStatusCode.Unauthorized)]
    [InlineData("/dashboard/GrainState?grainId=1&grainType=x", "Customer", HttpStatusCode.Forbidden)]
    public async Task Nobody_but_operators_sees_the_dashboard(string path, string? role, HttpStatusCode expected)
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using var app = await StartAsync(database);

        Assert.Equal(expected, (await GetAsync(app, path, role)).StatusCode);
    }

    [Fact]
    public async Task An_operator_sees_the_dashboard_or_why_there_is_none()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using var app = await StartAsync(database);

        var answer = await GetAsync(app, "/dashboard/", "Operator");

        var (status, words) = SiloSetup.RuntimeName == "Orleans" ? (HttpStatusCode.OK, "Orleans Dashboard") : (HttpStatusCode.NotFound, "ActorRuntime=Orleans");
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(words, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<WebApplication> StartAsync(ActorDatabase database)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["Urls"] = "http://127.0.0.1:0";
        builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, RoleHeader>("header", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy(Operators, policy => policy.RequireRole("Operator"));
        var options = ActorOptions.Read(builder.Configuration, ActorRole.All, embeddedDatabase: true);
        SiloSetup.AddActors(builder, ActorRole.All, options, _ => database.DataSource, typeof(ProbeGrain).Assembly);
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        SiloSetup.MapDashboard(app).RequireAuthorization(Operators);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static async Task<HttpResponseMessage> GetAsync(WebApplication app, string path, string? role)
    {
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        if (role is not null)
            client.DefaultRequestHeaders.Add("Role", role);
        return await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
    }

    /// <summary>Whoever says who he is, is.</summary>
    private sealed class RoleHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers["Role"].ToString() is not { Length: > 0 } role)
                return Task.FromResult(AuthenticateResult.NoResult());
            var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, role)], Scheme.Name));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, Scheme.Name)));
        }
    }
}
