using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Writing;

/// <summary>The prepared statement that creates head rows; a wallet that exists stays as it is.</summary>
internal sealed class OpenStatement : IDisposable
{
    private const string Sql = """
        insert into wallets (
            wallet_id, owner_id, currency, status, version, revision, balance_minor, held_minor, head_hash, created_at, updated_at)
        select b.*
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as b(
            wallet_id, owner_id, currency, status, version, revision, balance_minor, held_minor, head_hash, created_at, updated_at)
        on conflict (wallet_id) do nothing
        returning wallet_id
        """;

    private readonly NpgsqlCommand _command;
    private readonly Column<Guid> _walletId;
    private readonly Column<Guid?> _ownerId;
    private readonly Column<string> _currency;
    private readonly Column<string> _status;
    private readonly Column<long> _version;
    private readonly Column<long> _revision;
    private readonly Column<long> _balanceMinor;
    private readonly Column<long> _heldMinor;
    private readonly Column<ReadOnlyMemory<byte>> _headHash;
    private readonly Column<DateTime> _createdAt;
    private readonly Column<DateTime> _updatedAt;

    public OpenStatement(NpgsqlConnection connection, TimeSpan timeout)
    {
        _command = new NpgsqlCommand(Sql, connection) { CommandTimeout = (int)timeout.TotalSeconds };
        _walletId = new(_command, NpgsqlDbType.Uuid);
        _ownerId = new(_command, NpgsqlDbType.Uuid);
        _currency = new(_command, NpgsqlDbType.Text);
        _status = new(_command, NpgsqlDbType.Text);
        _version = new(_command, NpgsqlDbType.Bigint);
        _revision = new(_command, NpgsqlDbType.Bigint);
        _balanceMinor = new(_command, NpgsqlDbType.Bigint);
        _heldMinor = new(_command, NpgsqlDbType.Bigint);
        _headHash = new(_command, NpgsqlDbType.Bytea);
        _createdAt = new(_command, NpgsqlDbType.TimestampTz);
        _updatedAt = new(_command, NpgsqlDbType.TimestampTz);
    }

    public Task PrepareAsync(CancellationToken cancellationToken) => _command.PrepareAsync(cancellationToken);

    public void Dispose() => _command.Dispose();

    /// <summary>Creates the wallets in one transaction; the ids of those that did not exist. When this returns, they are durable.</summary>
    public async Task<HashSet<Guid>> ExecuteAsync(IEnumerable<WalletHead> openings, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var head in openings)
            {
                Add(head);
            }

            var created = new HashSet<Guid>();
            await using var reader = await _command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                created.Add(reader.GetGuid(0));
            }

            // The rows come before the commit; ReadyForQuery, which is read here, comes after it.
            while (await reader.NextResultAsync(cancellationToken))
            {
            }

            return created;
        }
        finally
        {
            ClearColumns();
        }
    }

    private void Add(WalletHead head)
    {
        _walletId.Add(head.WalletId);
        _ownerId.Add(head.OwnerId);
        _currency.Add(head.Currency);
        _status.Add(head.Status);
        _version.Add(head.Version);
        _revision.Add(head.Revision);
        _balanceMinor.Add(head.BalanceMinor);
        _heldMinor.Add(head.HeldMinor);
        _headHash.Add(head.HeadHash);
        _createdAt.Add(head.CreatedAt.UtcDateTime);
        _updatedAt.Add(head.UpdatedAt.UtcDateTime);
    }

    private void ClearColumns()
    {
        _walletId.Clear();
        _ownerId.Clear();
        _currency.Clear();
        _status.Clear();
        _version.Clear();
        _revision.Clear();
        _balanceMinor.Clear();
        _heldMinor.Clear();
        _headHash.Clear();
        _createdAt.Clear();
        _updatedAt.Clear();
    }
}
