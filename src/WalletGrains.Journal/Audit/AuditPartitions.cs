using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace WalletGrains.Journal.Audit;

/// <summary>The partitions of api_audit, one for each UTC day. Hosts that make or drop one at the same time wait for each other.</summary>
internal sealed class AuditPartitions(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
{
    private const string Prefix = "api_audit_";

    private const string Lock = "select pg_advisory_xact_lock(hashtextextended('api_audit partitions', 0))";

    // Making and dropping need the parent for themselves. Who waits for that keeps all others waiting behind, so not for long.
    private static readonly string LockTimeout = string.Create(
        CultureInfo.InvariantCulture, $"set local lock_timeout = {(int)JournalLimits.PartitionLockTimeout.TotalMilliseconds}");

    private readonly ConcurrentDictionary<DateOnly, bool> _known = [];

    /// <summary>The lowest audit id of this time: that of a UUID version 7 with nothing but the time.</summary>
    public static Guid FirstId(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, at.ToUnixTimeMilliseconds()) << 16);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Makes the partitions of these days where they are missing.</summary>
    public async Task EnsureAsync(IEnumerable<DateOnly> days, CancellationToken cancellationToken)
    {
        foreach (var day in days.Where(day => !_known.ContainsKey(day)))
        {
            await EnsureAsync(day, cancellationToken);
            _known[day] = true;
        }
    }

    /// <summary>Forgets which partitions there are.</summary>
    public void Forget() => _known.Clear();

    /// <summary>Drops the oldest partition when its day is before this one; false when there is none.</summary>
    public async Task<bool> DropOldestAsync(DateOnly before, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenWithinAsync(options.ConnectTimeout, time, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"{LockTimeout}; {Lock}", cancellationToken);
        await using var find = new NpgsqlCommand(
            "select min(inhrelid::regclass::text) from pg_inherits where inhparent = 'api_audit'::regclass", connection);
        if (await find.ExecuteScalarAsync(cancellationToken) is not string oldest || string.CompareOrdinal(oldest, Name(before)) >= 0)
        {
            return false;
        }

        await ExecuteAsync(connection, $"drop table {oldest}", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private async Task EnsureAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var start = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        await using var connection = await dataSource.OpenWithinAsync(options.ConnectTimeout, time, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"{LockTimeout}; {Lock}", cancellationToken);
        await using var find = new NpgsqlCommand($"select to_regclass('{Name(day)}') is not null", connection);
        if (await find.ExecuteScalarAsync(cancellationToken) is true)
        {
            return;
        }

        await ExecuteAsync(
            connection,
            $"""
            create table {Name(day)} partition of api_audit for values from ('{FirstId(start)}') to ('{FirstId(start.AddDays(1))}');
            create trigger {Name(day)}_append_only before update or delete or truncate on {Name(day)}
                for each statement execute function refuse_change();
            """,
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static string Name(DateOnly day) => Prefix + day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
