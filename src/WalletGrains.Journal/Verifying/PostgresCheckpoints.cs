using System.Runtime.CompilerServices;
using Npgsql;

namespace WalletGrains.Journal.Verifying;

/// <summary>Where a wallet stands.</summary>
public sealed record HeadPosition(Guid WalletId, long Version, ReadOnlyMemory<byte> Hash);

/// <summary>A checkpoint that was written outside the database.</summary>
/// <param name="TakenAt">When.</param>
/// <param name="Wallets">How many wallets it has.</param>
/// <param name="File">Name of its file, without the folder.</param>
/// <param name="Sha256">SHA-256 of the file.</param>
/// <param name="Signature">Its signature.</param>
/// <param name="KeyId">Names the key that signed it.</param>
public sealed record CheckpointRow(
    DateTimeOffset TakenAt, long Wallets, string File, ReadOnlyMemory<byte> Sha256, ReadOnlyMemory<byte> Signature, string KeyId);

/// <summary>Heads for checkpoints, and the list of those. Every method throws <see cref="JournalUnavailableException"/> while the database is away.</summary>
public sealed class PostgresCheckpoints(NpgsqlDataSource dataSource)
{
    /// <summary>Seconds that reading all heads may take.</summary>
    private const int ReadTimeoutSeconds = 600;

    /// <summary>The heads of all wallets at one moment, in order of their ids. One statement sees one moment.</summary>
    public async IAsyncEnumerable<HeadPosition> ReadHeadsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select wallet_id, version, head_hash from wallets order by wallet_id");
        command.CommandTimeout = ReadTimeoutSeconds;
        await using var reader = await GuardAsync(() => command.ExecuteReaderAsync(cancellationToken));
        while (await GuardAsync(() => reader.ReadAsync(cancellationToken)))
        {
            yield return new HeadPosition(reader.GetGuid(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2));
        }
    }

    /// <summary>Remembers a checkpoint.</summary>
    public Task AppendAsync(CheckpointRow row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        return GuardAsync(async () =>
        {
            await using var command = dataSource.CreateCommand(
                "insert into checkpoints (taken_at, wallets, file, sha256, signature, key_id) values ($1, $2, $3, $4, $5, $6)");
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = row.TakenAt.UtcDateTime });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = row.Wallets });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = row.File });
            command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = row.Sha256 });
            command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = row.Signature });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = row.KeyId });
            return await command.ExecuteNonQueryAsync(cancellationToken);
        });
    }

    /// <summary>Whether there is one of this stretch of time.</summary>
    public Task<bool> ExistsAsync(DateTimeOffset from, DateTimeOffset before, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var command = dataSource.CreateCommand("select exists (select from checkpoints where taken_at >= $1 and taken_at < $2)");
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = from.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    });

    /// <summary>The newest checkpoints, newest first.</summary>
    public Task<IReadOnlyList<CheckpointRow>> ReadNewestAsync(int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return GuardAsync<IReadOnlyList<CheckpointRow>>(async () =>
        {
            await using var command = dataSource.CreateCommand(
                "select taken_at, wallets, file, sha256, signature, key_id from checkpoints order by taken_at desc limit $1");
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new List<CheckpointRow>();
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(new CheckpointRow(
                    reader.GetFieldValue<DateTimeOffset>(0), reader.GetInt64(1), reader.GetString(2),
                    reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<byte[]>(4), reader.GetString(5)));
            }

            return rows;
        });
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> statement)
    {
        try
        {
            return await statement();
        }
        catch (NpgsqlException e)
        {
            throw new JournalUnavailableException("The checkpoints cannot be read or written now.", e);
        }
    }
}
