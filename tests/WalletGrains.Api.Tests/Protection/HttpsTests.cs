using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using WalletGrains.Host.Startup;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Protection;

/// <summary>The host with a certificate of its own.</summary>
public sealed class HttpsTests : IAsyncLifetime
{
    private readonly TestFolder _folder = TestFolders.Create("https");
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        SslOptions = { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=walletgrains.test" },
    });

    private TestDatabase? _database;
    private WalletGrainsHost? _host;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder.Path);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=walletgrains.test", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var (certificateFile, keyFile) = (Path.Combine(_folder.Path, "cert.pem"), Path.Combine(_folder.Path, "key.pem"));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem(), Cancelled);
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem(), Cancelled);
        _database = await TestPostgres.CreateDatabaseAsync(Cancelled);
        _host = await WalletGrainsHost.StartAsync(
            [
                "--environment=Production",
                "--Urls=http://127.0.0.1:0;https://127.0.0.1:0",
                $"--Kestrel:Certificates:Default:Path={certificateFile}",
                $"--Kestrel:Certificates:Default:KeyPath={keyFile}",
                "--Https:Redirect=true",
                "--Https:HstsDays=7",
                $"--ConnectionStrings:WalletGrains={_database.ConnectionString}",
                $"--WALLETGRAINS_DATA={Path.Combine(_folder.Path, "data")}",
                $"--WALLETGRAINS_LOGS={Path.Combine(_folder.Path, "logs")}",
                $"--Jwt:Key={Convert.ToBase64String(RandomNumberGenerator.GetBytes(48))}",
                "--Actors:Clustering=Localhost",
                "--GLOBUS_MOCK=true",
                $"--WALLETGRAINS_OPERATOR_PASSWORD={ApiFixture.Password}",
                "--Serilog:MinimumLevel:Default=Warning",
            ],
            Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _folder.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Https_is_served_and_recommended_and_http_is_sent_to_it_but_for_health()
    {
        var addresses = _host!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var (http, https) = (new Uri(addresses.Single(address => address.StartsWith("http:", StringComparison.Ordinal))), new Uri(addresses.Single(address => address.StartsWith("https:", StringComparison.Ordinal))));

        using var secure = await _http.GetAsync(new Uri(https, "/version"), Cancelled);
        Assert.Equal(HttpStatusCode.OK, secure.StatusCode);
        Assert.Equal("max-age=604800", Assert.Single(secure.Headers.GetValues("Strict-Transport-Security")));

        using var plain = await _http.GetAsync(new Uri(http, "/version?a=b"), Cancelled);
        Assert.Equal(HttpStatusCode.PermanentRedirect, plain.StatusCode);
        Assert.Equal(new Uri(https, "/version?a=b"), plain.Headers.Location);
        Assert.False(plain.Headers.Contains("Strict-Transport-Security"));

        using var health = await _http.GetAsync(new Uri(http, "/health/live"), Cancelled);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }
}
