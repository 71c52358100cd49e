using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Npgsql;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Journal;

/// <summary>
/// Brings the database to the schema of this binary: applies the numbered folders of sql/ that it does not have yet.
/// </summary>
/// <remarks>Several hosts may start at once: an advisory lock lets one migrate while the others wait.</remarks>
public sealed partial class Migrations(NpgsqlDataSource dataSource, ILogger<Migrations> logger)
{
    // "walgrain" in ASCII: our key among all users of advisory locks in the database.
    private const long AdvisoryLockKey = 0x77616C677261696E;

    private const int LockTimeoutSeconds = 60;
    private const int CommandTimeoutSeconds = 600;

    /// <summary>Applies what is missing, each migration in its own transaction.</summary>
    /// <exception cref="MigrationException">The database and this binary contradict each other; nothing was changed.</exception>
    /// <exception cref="NpgsqlException">The database is away, another host held the lock too long, or a script failed.</exception>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        var embedded = ReadEmbedded(typeof(Migrations).Assembly);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"set lock_timeout = '{LockTimeoutSeconds}s'; select pg_advisory_lock({AdvisoryLockKey}); reset lock_timeout", cancellationToken);
        try
        {
            var missing = Missing(embedded, await ReadAppliedAsync(connection, cancellationToken));
            foreach (var migration in missing)
            {
                await ApplyAsync(connection, migration, cancellationToken);
                LogApplied(logger, migration.Number, migration.Name);
            }

            await PositionGeneration.RaiseAsync(connection, cancellationToken);
        }
        finally
        {
            // A broken connection has lost the lock with its session.
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await ExecuteAsync(connection, $"select pg_advisory_unlock({AdvisoryLockKey})", CancellationToken.None);
            }
        }
    }

    /// <summary>
    /// Compares what is embedded with what is applied; returns what is left to do, or throws. What is applied must be the
    /// beginning of what is embedded. Numbers may have gaps: they are given out when the work on a migration begins.
    /// </summary>
    private static IEnumerable<Migration> Missing(Migration[] embedded, List<AppliedMigration> applied)
    {
        for (var i = 1; i < embedded.Length; i++)
        {
            if (embedded[i].Number == embedded[i - 1].Number)
            {
                throw new MigrationException($"This binary has two migrations with one number: {embedded[i - 1].FolderName} and {embedded[i].FolderName}.");
            }
        }

        for (var i = 0; i < applied.Count; i++)
        {
            if (applied[i].Number > embedded[^1].Number)
            {
                throw new MigrationException(
                    $"The database has migration {applied[i].Number:000}-{applied[i].Name}, which this binary does not know: a newer version has run. Start that version.");
            }

            if (applied[i].Number != embedded[i].Number)
            {
                throw new MigrationException($"The database has migration {applied[i].Number:000}-{applied[i].Name} but lacks {embedded[i].FolderName}.");
            }

            if (applied[i].Checksum != embedded[i].Checksum)
            {
                throw new MigrationException(
                    $"Migration {embedded[i].FolderName} was changed after it had been applied to this database. Undo the change and write a new migration.");
            }
        }

        return embedded.Skip(applied.Count);
    }

    private static Migration[] ReadEmbedded(Assembly assembly)
    {
        var migrations = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith("sql/", StringComparison.Ordinal)))
        {
            var match = ResourceName().Match(resource.Replace('\\', '/'));
            if (!match.Success)
            {
                throw new MigrationException($"{resource} is not named like sql/001-name/up.sql.");
            }

            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            migrations.Add(new Migration(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), match.Groups[2].Value, reader.ReadToEnd()));
        }

        return [.. migrations.OrderBy(migration => migration.Number).ThenBy(migration => migration.Name, StringComparer.Ordinal)];
    }

    private static async Task<List<AppliedMigration>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection,
            """
            create table if not exists schema_migrations (
                number     int         not null primary key,
                name       text        not null,
                checksum   text        not null,
                applied_at timestamptz not null default now()
            )
            """,
            cancellationToken);

        var applied = new List<AppliedMigration>();
        await using var command = new NpgsqlCommand("select number, name, checksum from schema_migrations order by number", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            applied.Add(new AppliedMigration(reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
        }

        return applied;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, migration.Sql, cancellationToken);
        await using var record = new NpgsqlCommand("insert into schema_migrations (number, name, checksum) values ($1, $2, $3)", connection, transaction);
        record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = migration.Number });
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Checksum });
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = CommandTimeoutSeconds };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [GeneratedRegex("^sql/([0-9]{3})-([a-z0-9-]+)/up\\.sql$")]
    private static partial Regex ResourceName();
}

/// <summary>A migration of this binary.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    public string FolderName => $"{Number:000}-{Name}";

    /// <summary>SHA-256 of the script in lower-case hex, with line ends as git stores them.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));
}

/// <summary>A migration that the database has.</summary>
internal sealed record AppliedMigration(int Number, string Name, string Checksum);

/// <summary>The database's migrations and this binary's contradict each other; the message says how.</summary>
public sealed class MigrationException(string message) : Exception(message);
