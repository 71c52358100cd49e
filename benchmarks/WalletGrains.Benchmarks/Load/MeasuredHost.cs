using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WalletGrains.Host.Startup;

namespace WalletGrains.Benchmarks.Load;

/// <summary>
/// The product as it runs in Production, in this process: front door, actor runtime and journal, over its own PostgreSQL in a
/// fresh folder that is removed afterwards, or over the one in ConnectionStrings__WalletGrains.
/// </summary>
internal sealed class MeasuredHost : IAsyncDisposable
{
    private const UnixFileMode Mode0755 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly string[] RateLimits = ["PerAddress", "SignInsPerMinute", "PushConnectsPerMinute", "PerUser", "PerService", "PerWallet"];

    private readonly WalletGrainsHost _host;
    private readonly string _folder;

    private MeasuredHost(WalletGrainsHost host, string folder)
    {
        (_host, _folder) = (host, folder);
        Grains = host.Services.GetRequiredService<IGrainFactory>();
    }

    public IGrainFactory Grains { get; }

    /// <summary>Where it accepts HTTP requests.</summary>
    public Uri Address => new(_host.Address);

    /// <summary>Its PostgreSQL.</summary>
    public NpgsqlDataSource DataSource => _host.Database.JournalDataSource;

    /// <param name="settings">Further settings, as on the command line.</param>
    public static async Task<MeasuredHost> StartAsync(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("walletgrains-bench-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // PostgreSQL runs as another user when this process is root, and has to get in.
            File.SetUnixFileMode(folder, Mode0755);
        }

        try
        {
            var host = await WalletGrainsHost.StartAsync(
            [
                "--environment=Production",
                "--Urls=http://127.0.0.1:0",
                $"--WALLETGRAINS_DATA={Path.Combine(folder, "data")}",
                $"--WALLETGRAINS_LOGS={Path.Combine(folder, "logs")}",
                $"--Jwt:Key={Convert.ToBase64String(RandomNumberGenerator.GetBytes(48))}",
                $"--WALLETGRAINS_OPERATOR_PASSWORD={Guid.NewGuid():N}",
                "--GLOBUS_MOCK=true",
                // All load comes from one address and one user. The limits are counted all the same, so their cost is in the figures.
                .. RateLimits.Select(limit => $"--RateLimits:{limit}=1000000"),
                .. settings,
            ]);
            await Console.Error.WriteLineAsync(host.ReadyLine);
            return new MeasuredHost(host, folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Every run begins right after a checkpoint, so with the same number of full page images before it.</summary>
    public async Task CheckpointAsync()
    {
        await using var command = DataSource.CreateCommand("checkpoint");
        command.CommandTimeout = 0;
        try
        {
            await command.ExecuteNonQueryAsync();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            await Console.Error.WriteLineAsync("This database's user may not ask for a checkpoint: runs begin at any point between two of them.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
