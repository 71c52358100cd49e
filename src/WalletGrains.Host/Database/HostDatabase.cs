using Npgsql;
using WalletGrains.Host.Actors;
using WalletGrains.Host.Startup;
using WalletGrains.Journal;
using WalletGrains.Journal.Embedded;

namespace WalletGrains.Host.Database;

/// <summary>
/// The PostgreSQL of this host: the configured one, or its own. Checked, migrated and ready when it is started.
/// </summary>
public sealed class HostDatabase : IAsyncDisposable
{
    private HostDatabase(EmbeddedPostgres? embedded, string connectionString, string description)
    {
        (Embedded, Description) = (embedded, description);
        JournalDataSource = DataSource(connectionString, "walletgrains journal");
        ActorsDataSource = DataSource(connectionString, "walletgrains actors");
    }

    /// <summary>The host's own server; null with a configured one.</summary>
    public EmbeddedPostgres? Embedded { get; }

    /// <summary>What it is, for the line that says the host is ready.</summary>
    public string Description { get; }

    /// <summary>Connections of the journal and the users.</summary>
    public NpgsqlDataSource JournalDataSource { get; }

    /// <summary>
    /// Connections of the actor runtime. A pool of its own: membership must not wait behind customers' work, or a busy silo
    /// would look dead.
    /// </summary>
    public NpgsqlDataSource ActorsDataSource { get; }

    /// <summary>Starts, checks and migrates the database.</summary>
    /// <exception cref="StartupException">It cannot be used; the message says why.</exception>
    /// <exception cref="EmbeddedPostgresException">The embedded server cannot be started.</exception>
    /// <exception cref="MigrationException">Its schema contradicts this version of the product.</exception>
    public static async Task<HostDatabase> StartAsync(
        HostSettings options, IHostEnvironment environment, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var database = options.ConnectionString is { } connectionString
            ? await OpenAsync(connectionString)
            : await StartEmbeddedAsync(options, loggers, cancellationToken);
        try
        {
            await database.CheckDurabilityAsync(environment, loggers.CreateLogger<HostDatabase>(), cancellationToken);
            if (options.Role is not ActorRole.Api)
            {
                await new Migrations(database.JournalDataSource, loggers.CreateLogger<Migrations>()).ApplyAsync(cancellationToken);
                await OrleansSchema.ApplyAsync(database.ActorsDataSource, cancellationToken);
            }

            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>A database that there is not, for a host that is only put together.</summary>
    internal static HostDatabase Nowhere() => new(embedded: null, "Host=localhost", "no database");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await JournalDataSource.DisposeAsync();
        await ActorsDataSource.DisposeAsync();
        if (Embedded is not null)
        {
            await Embedded.DisposeAsync();
        }
    }

    private static async Task<HostDatabase> StartEmbeddedAsync(HostSettings options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var embedded = new EmbeddedPostgres(
            new EmbeddedPostgresOptions
            {
                DataFolder = Path.Combine(options.DataFolder, "postgres"),
                BinFolder = options.PostgresBinFolder,
                PackageFolder = options.PostgresPackageFolder,
            },
            TimeProvider.System,
            loggers.CreateLogger<EmbeddedPostgres>());
        try
        {
            var server = await embedded.StartAsync(cancellationToken);
            var description = server.IsRelocated
                ? $"PostgreSQL {server.Version} embedded, data in {server.DataFolder} because the server's user cannot enter {options.DataFolder}"
                : $"PostgreSQL {server.Version} embedded, data in {server.DataFolder}";
            return new HostDatabase(embedded, server.ConnectionString, description);
        }
        catch
        {
            await embedded.DisposeAsync();
            throw;
        }
    }

    private static async Task<HostDatabase> OpenAsync(string connectionString)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connectionString);
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            return new HostDatabase(null, connectionString, $"PostgreSQL {connection.PostgreSqlVersion} at {settings.Host}:{settings.Port}");
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException or FormatException or TimeoutException or InvalidOperationException)
        {
            throw new StartupException($"ConnectionStrings__WalletGrains does not lead to a PostgreSQL server: {e.Message}", e);
        }
    }

    private async Task CheckDurabilityAsync(IHostEnvironment environment, ILogger logger, CancellationToken cancellationToken)
    {
        var durability = await PostgresDurability.CheckAsync(JournalDataSource, cancellationToken);
        if (durability.IsSafe)
        {
            return;
        }

        var objections = string.Join(" ", durability.Objections);
        if (environment.IsProduction())
        {
            throw new StartupException($"The database does not keep what it acknowledges, and money needs that: {objections}");
        }

        DatabaseLog.Unsafe(logger, objections);
    }

    private static NpgsqlDataSource DataSource(string connectionString, string name)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString) { Name = name };
        builder.ConnectionStringBuilder.ApplicationName = name;
        return builder.Build();
    }
}
