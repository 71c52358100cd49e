using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Protection;
using Xunit;

namespace WalletGrains.Api.Tests.Protection;

public sealed class HttpsRedirectTests
{
    [Fact]
    public async Task A_host_that_sends_clients_to_HTTPS_and_has_none_does_not_start()
    {
        await using var api = new ApiFixture();
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => api.StartAsync("Development", proxied: null, "--Https:Redirect=true"));
        Assert.Contains("Https:RedirectPort", Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:80", false)]
    [InlineData("", false)]
    [InlineData("http://localhost:80,https://localhost:443,https://localhost:444", false)]
    [InlineData("http://localhost:80,https://localhost:443,https://[::1]:443", true)]
    [InlineData("https://localhost:443", true)]
    public async Task The_port_is_that_of_the_host_when_it_has_one(string addresses, bool isKnown)
    {
        using var server = new Listening(addresses.Split(',', StringSplitOptions.RemoveEmptyEntries));
        var error = await Record.ExceptionAsync(() => Check(server).StartedAsync(TestContext.Current.CancellationToken));
        Assert.Equal(isKnown, error is null);
        Assert.Null(await Record.ExceptionAsync(() => Check(server, port: 443).StartedAsync(TestContext.Current.CancellationToken)));
        Assert.Null(await Record.ExceptionAsync(() => Check(server, redirect: false).StartedAsync(TestContext.Current.CancellationToken)));
        Assert.Null(await Record.ExceptionAsync(() => Check(server, ("HTTPS_PORT", "443")).StartedAsync(TestContext.Current.CancellationToken)));
    }

    private static HttpsRedirectCheck Check(IServer server, (string, string)? setting = null, int? port = null, bool redirect = true)
    {
        var configuration = new ConfigurationManager();
        if (setting is var (name, value))
        {
            configuration[name] = value;
        }

        return new HttpsRedirectCheck(
            server, configuration, Options.Create(new HttpsSettings { Redirect = redirect }), Options.Create(new HttpsRedirectionOptions { HttpsPort = port }));
    }

    private sealed class Listening : IServer, IServerAddressesFeature
    {
        public Listening(string[] addresses)
        {
            Addresses = addresses;
            Features.Set<IServerAddressesFeature>(this);
        }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public ICollection<string> Addresses { get; }

        public bool PreferHostingUrls { get; set; }

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
