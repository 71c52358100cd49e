using Npgsql;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.VirtualAccounts;

/// <summary>The virtual accounts in PostgreSQL.</summary>
/// <remarks>The data source stays the caller's to dispose, after the store.</remarks>
public sealed class PostgresVirtualAccounts : IVirtualAccountStore, IAsyncDisposable
{
    private const string Columns = "account_number, wallet_id, account_name, bank_code, bank_name, provider, currency, created_at";

    private readonly ReadConnections _reads;
    private readonly WriteConnections _writes;

    /// <summary>Makes the store; it connects with its first use.</summary>
    public PostgresVirtualAccounts(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <inheritdoc/>
    public Task<bool> TryInsertAsync(VirtualAccountRow account)
    {
        ArgumentNullException.ThrowIfNull(account);
        return _writes.RunAsync(
            $"insert into virtual_accounts ({Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning 1",
            parameters =>
            {
                parameters.Add(new() { Value = account.AccountNumber });
                parameters.Add(new() { Value = account.WalletId });
                parameters.Add(new() { Value = account.AccountName });
                parameters.Add(new() { Value = account.BankCode });
                parameters.Add(new() { Value = account.BankName });
                parameters.Add(new() { Value = account.Provider });
                parameters.Add(new() { Value = account.Currency });
                parameters.Add(new() { Value = account.CreatedAt.UtcDateTime });
            },
            static (row, limit) => row.ReadAsync(limit));
    }

    /// <inheritdoc/>
    public Task<VirtualAccountRow?> FindAsync(string accountNumber, CancellationToken cancellationToken) =>
        FindAsync("account_number", accountNumber, cancellationToken);

    /// <inheritdoc/>
    public Task<VirtualAccountRow?> FindOfWalletAsync(Guid walletId, CancellationToken cancellationToken) =>
        FindAsync("wallet_id", walletId, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VirtualAccountRow>> FindOfWalletsAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(walletIds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(walletIds.Count, JournalLimits.MaxPage);
        return _reads.ReadAsync(
            $"select {Columns} from virtual_accounts where wallet_id = any ($1)",
            parameters => parameters.Add(new() { Value = walletIds.ToArray() }),
            Read,
            cancellationToken);
    }

    /// <summary>Waits for what is under way; each statement is bounded by its time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private async Task<VirtualAccountRow?> FindAsync(string column, object value, CancellationToken cancellationToken) =>
        await _reads.ReadAsync(
            $"select {Columns} from virtual_accounts where {column} = $1",
            parameters => parameters.Add(new() { Value = value }),
            Read,
            cancellationToken) is [var account] ? account : null;

    private static VirtualAccountRow Read(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetGuid(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        row.GetString(6),
        row.GetFieldValue<DateTimeOffset>(7));
}
