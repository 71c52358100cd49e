using System.Reflection;
using System.Text;
using Npgsql;

namespace WalletGrains.Host.Actors;

/// <summary>Brings the tables of the actor runtime (sql/orleans) into the database. Either runtime keeps state and reminders in them.</summary>
public static class OrleansSchema
{
    private const string Folder = "sql/orleans/";

    // "orleans" in ASCII: one number for all hosts, used for nothing else.
    private const long LockKey = 0x6F_72_6C_65_61_6E_73;

    /// <summary>Applies all scripts in one transaction; doing it again changes nothing. Hosts that start together wait for each other.</summary>
    /// <exception cref="NpgsqlException">The database is away or refuses; nothing was changed.</exception>
    public static async Task ApplyAsync(NpgsqlDataSource database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var wait = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", connection, transaction))
        {
            wait.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey });
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var script in Scripts())
        {
            await using var apply = new NpgsqlCommand(script, connection, transaction);
            await apply.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static IEnumerable<string> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();
        if (names.Length == 0)
            throw new InvalidOperationException($"The scripts of {Folder} are not in {assembly.GetName().Name}.");
        return names.Select(name => Read(assembly, name));
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
