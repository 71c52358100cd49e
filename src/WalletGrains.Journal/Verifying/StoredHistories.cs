using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Reading;

namespace WalletGrains.Journal.Verifying;

/// <summary>A head row and, of the same moment, the version of the newest entry that the wallet really has.</summary>
public sealed record StoredWallet(WalletHead Head, long NewestVersion);

/// <summary>What the store has at a place of a history.</summary>
/// <param name="Head">The head row; null where there is none.</param>
/// <param name="Hash">The hash there; null where there is no entry.</param>
/// <param name="NewestVersion">The version of the newest entry up to there; 0 where there is none.</param>
public sealed record StoredPlace(WalletHead? Head, ReadOnlyMemory<byte>? Hash, long NewestVersion);

/// <summary>
/// Reads whole histories for those who check them. No transaction stays open: entries never change once they are there, so
/// a head row and the newest version of one moment fix a history that can be read at leisure while its wallet goes on.
/// </summary>
public sealed class StoredHistories : IAsyncDisposable
{
    /// <summary>Rows of a page at most. 5,000 entries of 600 bytes are 3 MB, and 20 ms of the database's time.</summary>
    public const int MaxPage = 5_000;

    // A time that no DateTimeOffset holds would end the reading of everybody's history. As the nearest one that does it is
    // still another than the one that was hashed.
    private static readonly string EntryColumns = RowReader.EntryColumns.Replace("e.created_at", Readable("e.created_at"), StringComparison.Ordinal);

    private static readonly string HeadColumns = RowReader.HeadColumns
        .Replace("w.created_at", Readable("w.created_at"), StringComparison.Ordinal)
        .Replace("w.updated_at", Readable("w.updated_at"), StringComparison.Ordinal);

    private readonly ReadConnections _connections;

    /// <param name="dataSource">The migrated database; stays the caller's to dispose, after this.</param>
    /// <param name="connections">How many of its connections may be used at the same time.</param>
    /// <param name="options">Their time-outs.</param>
    /// <param name="time">The clock of the time-outs.</param>
    public StoredHistories(NpgsqlDataSource dataSource, int connections, JournalOptions options, TimeProvider time) =>
        _connections = new ReadConnections(dataSource, connections, options, time);

    /// <summary>Wallets in order of their ids, by keyset: those after <paramref name="afterWalletId"/>.</summary>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    public Task<IReadOnlyList<StoredWallet>> ReadWalletsAsync(Guid afterWalletId, int limit, CancellationToken cancellationToken) => _connections.ReadAsync(
        WalletsSql("w.wallet_id > $1"),
        parameters =>
        {
            parameters.Add(new NpgsqlParameter<Guid> { TypedValue = afterWalletId });
            parameters.Add(new NpgsqlParameter<int> { TypedValue = Checked(limit) });
        },
        StoredWallet,
        cancellationToken);

    /// <summary>One wallet; null when there is none with this id.</summary>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    public async Task<StoredWallet?> FindWalletAsync(Guid walletId, CancellationToken cancellationToken)
    {
        var found = await _connections.ReadAsync(
            WalletsSql("w.wallet_id = $1"),
            parameters =>
            {
                parameters.Add(new NpgsqlParameter<Guid> { TypedValue = walletId });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = 1 });
            },
            StoredWallet,
            cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>
    /// Entries of many wallets in the order of wallets and versions, by keyset: those after a place and up to the last wallet,
    /// whether their wallets have a head row or not.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    public Task<IReadOnlyList<WalletEntry>> ReadEntriesAsync(
        Guid afterWalletId, long afterVersion, Guid lastWalletId, int limit, CancellationToken cancellationToken) => _connections.ReadAsync(
        $"""
        select {EntryColumns} from entries e
        where (e.wallet_id, e.version) > ($1, $2) and e.wallet_id <= $3
        order by e.wallet_id, e.version limit $4
        """,
        parameters =>
        {
            parameters.Add(new NpgsqlParameter<Guid> { TypedValue = afterWalletId });
            parameters.Add(new NpgsqlParameter<long> { TypedValue = afterVersion });
            parameters.Add(new NpgsqlParameter<Guid> { TypedValue = lastWalletId });
            parameters.Add(new NpgsqlParameter<int> { TypedValue = Checked(limit) });
        },
        row => RowReader.Entry(row),
        cancellationToken);

    /// <summary>What is stored at these places, in their order. Version 0 has a head row and no hash.</summary>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    public Task<IReadOnlyList<StoredPlace>> ReadPlacesAsync(IReadOnlyList<(Guid WalletId, long Version)> places, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(places);
        return _connections.ReadAsync(
            $"""
            select e.hash, coalesce((select max(n.version) from entries n where n.wallet_id = p.wallet_id and n.version <= p.version), 0), {HeadColumns}
            from unnest($1, $2) with ordinality as p(wallet_id, version, place)
            left join lateral (select n.hash from entries n where n.wallet_id = p.wallet_id and n.version = p.version limit 1) e on true
            left join lateral (select * from wallets n where n.wallet_id = p.wallet_id limit 1) w on true
            order by p.place limit $3
            """,
            parameters =>
            {
                parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. places.Select(place => place.WalletId)] });
                parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. places.Select(place => place.Version)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = Checked(places.Count) });
            },
            row => new StoredPlace(
                row.IsDBNull(2) ? null : RowReader.Head(row, 2),
                row.IsDBNull(0) ? (ReadOnlyMemory<byte>?)null : row.GetFieldValue<byte[]>(0),
                row.GetInt64(1)),
            cancellationToken);
    }

    /// <summary>Waits for the reads under way.</summary>
    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private static string WalletsSql(string which) => $"""
        select {HeadColumns}, coalesce((select max(e.version) from entries e where e.wallet_id = w.wallet_id), 0)
        from wallets w where {which} order by w.wallet_id limit $2
        """;

    private static string Readable(string time) => $"least(greatest({time}, '0001-01-01 00:00:00Z'), '9999-12-31 23:59:59.999999Z')";

    private static StoredWallet StoredWallet(NpgsqlDataReader row) => new(RowReader.Head(row), row.GetInt64(RowReader.HeadColumnCount));

    private static int Checked(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        return limit;
    }
}
