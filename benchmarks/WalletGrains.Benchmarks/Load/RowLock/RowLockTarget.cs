using System.Threading.Channels;
using Npgsql;
using WalletGrains.Benchmarks.Load.Targets;

namespace WalletGrains.Benchmarks.Load.RowLock;

/// <summary>
/// What people would build instead: SELECT … FOR UPDATE, the same rules, hash chain and rows, and one transaction for each
/// request. Tuned: statements are prepared once, a transaction takes two round trips (lock; write and commit), wallets are
/// locked in one order, and callers share a number of connections that suits the machine.
/// </summary>
internal sealed class RowLockTarget : ILoadTarget
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly Guid[] _wallets;
    private readonly Channel<RowLockConnection> _idle = Channel.CreateUnbounded<RowLockConnection>();

    private RowLockTarget(NpgsqlDataSource dataSource, Guid[] wallets) => (_dataSource, _wallets) = (dataSource, wallets);

    public string Name => LoadOptions.RowLock;

    public static async Task<RowLockTarget> ConnectAsync(NpgsqlDataSource dataSource, Guid[] wallets, int connections)
    {
        await RowLockSchema.CreateAsync(dataSource);
        var target = new RowLockTarget(dataSource, wallets);
        for (var i = 0; i < connections; i++)
        {
            await target._idle.Writer.WriteAsync(await RowLockConnection.OpenAsync(dataSource));
        }

        return target;
    }

    public Task OpenWalletsAsync(Workload workload) => RowLockSchema.OpenWalletsAsync(_dataSource, _wallets, workload.OpeningMinor);

    public async ValueTask<string?> ExecuteAsync(Operation operation)
    {
        var connection = await _idle.Reader.ReadAsync();
        try
        {
            return operation.Receiver is { } receiver
                ? await connection.TransferAsync(operation.RequestId, _wallets[operation.Wallet], _wallets[receiver])
                : await connection.DepositAsync(operation.RequestId, _wallets[operation.Wallet]);
        }
        finally
        {
            _idle.Writer.TryWrite(connection);
        }
    }

    public Task<(long[] Heads, long[] Entries)> ReadBalancesAsync() => WalletBalances.ReadAsync(_dataSource, RowLockSchema.Name, _wallets);

    public async ValueTask DisposeAsync()
    {
        _idle.Writer.Complete();
        await foreach (var connection in _idle.Reader.ReadAllAsync())
        {
            await connection.DisposeAsync();
        }
    }
}
