using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Protection;

/// <summary>
/// Ends the start of a host that is to send clients to HTTPS and does not know to which port: the framework would log that, once, and serve everything by HTTP. It
/// looks when the server listens, since a port may be chosen only then.
/// </summary>
internal sealed class HttpsRedirectCheck(IServer server, IConfiguration configuration, IOptions<HttpsSettings> https, IOptions<HttpsRedirectionOptions> redirection)
    : IHostedLifecycleService
{
    /// <summary>Where the framework looks as well.</summary>
    private static readonly string[] PortSettings = ["HTTPS_PORT", "ANCM_HTTPS_PORT"];

    /// <exception cref="OptionsValidationException">There is no port, or more than one.</exception>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (https.Value.Redirect && redirection.Value.HttpsPort is null && !PortSettings.Any(setting => int.TryParse(configuration[setting], out _)) && PortsOfServer() != 1)
        {
            throw new OptionsValidationException(
                HttpsSettings.Section,
                typeof(HttpsSettings),
                ["Https:Redirect is true, and it is not known where to: set Https:RedirectPort, or give the host exactly one HTTPS port of its own."]);
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private int PortsOfServer() => (server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        .Where(static address => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
        .Select(static address => Microsoft.AspNetCore.Http.BindingAddress.Parse(address).Port)
        .Distinct()
        .Count();
}
