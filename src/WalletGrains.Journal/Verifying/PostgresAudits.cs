using Npgsql;

namespace WalletGrains.Journal.Verifying;

/// <summary>Results of checks, kept by kind. Every method throws <see cref="JournalUnavailableException"/> while the database is away.</summary>
public sealed class PostgresAudits(NpgsqlDataSource dataSource)
{
    private const int KeptDays = 30;

    /// <summary>Keeps a result, and lets go of those of its kind that are older than thirty days.</summary>
    public Task AppendAsync(string kind, DateTimeOffset ranAt, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var command = dataSource.CreateCommand(
            """
            with old as (delete from audits where kind = $1 and ran_at < $2 - make_interval(days => $4))
            insert into audits (kind, ran_at, content) values ($1, $2, $3)
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = kind });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = ranAt.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = content });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = KeptDays });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    });

    /// <summary>The newest result of any of these kinds; null when there is none.</summary>
    public Task<byte[]?> FindNewestAsync(string[] kinds, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var command = dataSource.CreateCommand("select content from audits where kind = any($1) order by audit_id desc limit 1");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = kinds });
        return (byte[]?)await command.ExecuteScalarAsync(cancellationToken);
    });

    private static async Task<T> GuardAsync<T>(Func<Task<T>> statement)
    {
        try
        {
            return await statement();
        }
        catch (NpgsqlException e)
        {
            throw new JournalUnavailableException("The results of checks cannot be read or written now.", e);
        }
    }
}
