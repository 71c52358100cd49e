using Npgsql;

namespace WalletGrains.Journal.Activity;

/// <summary>Keeps positions growing when the data has come to another server, whose transactions are numbered anew.</summary>
internal static class PositionGeneration
{
    // 2^44 positions a generation; see the notes of sql/006-events.
    private const string RaiseSql = """
        do $raise$
        declare
            raised bigint;
        begin
            update journal_generation g
            set generation = g.generation + 1, system_identifier = c.system_identifier
            from pg_control_system() c
            where g.system_identifier <> c.system_identifier
            returning g.generation into raised;
            if found then
                execute format(
                    'create or replace function journal_position() returns bigint language sql volatile as %L',
                    format('select txid_current() + %s', raised << 44));
                execute format(
                    'create or replace function journal_horizon() returns bigint language sql stable as %L',
                    format('select txid_snapshot_xmin(txid_current_snapshot()) + %s', raised << 44));
            end if;
        end
        $raise$
        """;

    /// <summary>Raises the generation if the server is another one than last time. Before anything is appended, under the lock of
    /// <see cref="Migrations"/>.</summary>
    public static async Task RaiseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(RaiseSql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
