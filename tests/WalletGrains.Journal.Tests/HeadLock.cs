using Npgsql;
using Xunit;

namespace WalletGrains.Journal.Tests;

/// <summary>Holds the lock of a head row, so that a commit which moves it waits until this is disposed.</summary>
internal sealed class HeadLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private HeadLock(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    public static async Task<HeadLock> TakeAsync(NpgsqlDataSource dataSource, Guid walletId)
    {
        var connection = await dataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("select from wallets where wallet_id = $1 for update", connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = walletId });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new HeadLock(connection, transaction);
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
