using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WalletGrains.Host.Startup;
using WalletGrains.Journal.Embedded;

namespace WalletGrains.Host.Commands;

/// <summary>
/// The database of a command: the configured one, the embedded one that a host runs now, or else the embedded one run for as
/// long as the command takes. It is neither migrated nor created.
/// </summary>
internal sealed class CommandDatabase : IAsyncDisposable
{
    private readonly EmbeddedPostgres? _own;

    private CommandDatabase(string connectionString, EmbeddedPostgres? own)
    {
        _own = own;
        var builder = new NpgsqlDataSourceBuilder(connectionString) { Name = "walletgrains command" };
        builder.ConnectionStringBuilder.ApplicationName = "walletgrains command";
        DataSource = builder.Build();
    }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>Finds it, and starts it where nobody runs it.</summary>
    /// <exception cref="StartupException">There is none.</exception>
    /// <exception cref="EmbeddedPostgresException">It cannot be started.</exception>
    public static async Task<CommandDatabase> OpenAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        if (settings.ConnectionString is { } configured)
        {
            try
            {
                return new CommandDatabase(configured, own: null);
            }
            catch (Exception e) when (e is ArgumentException or FormatException)
            {
                throw new StartupException($"ConnectionStrings__WalletGrains is not a connection string: {e.Message}", e);
            }
        }

        var folder = Path.Combine(settings.DataFolder, "postgres");
        switch (await EmbeddedPostgres.FindAsync(folder, cancellationToken))
        {
            case { HasData: false }:
                throw new StartupException($"There is no database in {settings.DataFolder}. Set WALLETGRAINS_DATA or ConnectionStrings__WalletGrains.");
            case { ConnectionString: { } running }:
                return new CommandDatabase(running, own: null);
        }

        var options = new EmbeddedPostgresOptions
        {
            DataFolder = folder,
            BinFolder = settings.PostgresBinFolder,
            PackageFolder = settings.PostgresPackageFolder,
        };
        var own = new EmbeddedPostgres(options, TimeProvider.System, NullLogger<EmbeddedPostgres>.Instance);
        try
        {
            return new CommandDatabase((await own.StartAsync(cancellationToken)).ConnectionString, own);
        }
        catch
        {
            await own.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }
}
