using Npgsql;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Reconciliation;
using WalletGrains.Grains.Tests.Wallets;
using WalletGrains.Grains.Verification;
using WalletGrains.Journal;
using WalletGrains.Journal.Reconciling;
using WalletGrains.Journal.Verifying;
using Xunit;

namespace WalletGrains.Grains.Tests.Verification;

/// <summary>Histories with everything in them, on a database of their own, and somebody who falsifies them.</summary>
public sealed class Books : IAsyncLifetime
{
    /// <summary>Entries of a wallet of <see cref="OpenWithHistoryAsync"/>.</summary>
    public const int HistoryLength = 14;

    public WalletCluster Cluster { get; } = new();

    public StoredHistories Histories { get; private set; } = null!;

    public HistoryVerifier Verifier => new(Histories);

    public PostgresReconciliation Reconciliation => new(Cluster.DataSource, WalletPostings.Terms, TimeProvider.System);

    public static async Task<Books> OpenAsync()
    {
        var books = new Books();
        await books.InitializeAsync();
        return books;
    }

    /// <summary>Compares what is new; and in full all the rest as well.</summary>
    public async Task<ReconciliationReport> ReconcileAsync(bool isFull = false)
    {
        var news = await Reconciliation.RunAsync(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        return isFull
            ? await Reconciliation.RunFullAsync(TimeSpan.FromMinutes(2), rest => Task.FromResult(news.And(rest)), TestContext.Current.CancellationToken)
            : news;
    }

    public async ValueTask InitializeAsync()
    {
        await Cluster.InitializeAsync();
        Histories = new StoredHistories(Cluster.DataSource, HistoryVerifier.Concurrency, new JournalOptions(), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await Histories.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    /// <summary>Opens a wallet and does everything with it that can be done: 14 entries, one open hold, limits and 640 at the end.</summary>
    public async Task<Guid> OpenWithHistoryAsync(string currency = "USD")
    {
        var (walletId, otherId) = (await Cluster.OpenAsync(currency: currency), await Cluster.OpenAsync(500, currency));
        Money Of(long minor) => new(minor, Currency.Parse(currency));
        var (captured, released) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await DoAsync(walletId, new Deposit(WalletCluster.NewRequest(), Of(1_000), "first \"words\" é"));
        await DoAsync(walletId, new Deposit(WalletCluster.NewRequest(), Of(50)));
        await DoAsync(walletId, new PlaceHold(WalletCluster.NewRequest(), Of(200), captured));
        await DoAsync(walletId, new CaptureHold(WalletCluster.NewRequest(), captured, Of(150)));
        await DoAsync(walletId, new PlaceHold(WalletCluster.NewRequest(), Of(100), released, TimeSpan.FromDays(1)));
        await DoAsync(walletId, new ReleaseHold(WalletCluster.NewRequest(), released));
        await DoAsync(walletId, new SetLimits(WalletCluster.NewRequest(), new WalletLimits(500, 5_000, 100)));
        await DoAsync(walletId, new Withdraw(WalletCluster.NewRequest(), Of(60)));
        await TransferAsync(walletId, otherId, Of(300));
        await TransferAsync(otherId, walletId, Of(70));
        await DoAsync(walletId, new FreezeWallet(WalletCluster.NewRequest(), "asked"));
        await DoAsync(walletId, new UnfreezeWallet(WalletCluster.NewRequest()));
        await DoAsync(walletId, new Deposit(WalletCluster.NewRequest(), Of(30)));
        await DoAsync(walletId, new PlaceHold(WalletCluster.NewRequest(), Of(40), Guid.CreateVersion7()));
        return walletId;
    }

    public async Task DoAsync(Guid walletId, WalletCommand command) =>
        Assert.IsType<WalletOutcome.Accepted>(await Cluster.Wallet(walletId).ExecuteAsync(command));

    public async Task<Guid> TransferAsync(Guid from, Guid to, Money amount) => Assert.IsType<TransferOutcome.Completed>(
        await Cluster.Transfers.TransferAsync(new StartTransfer(WalletCluster.NewRequest(), from, to, amount))).TransferId;

    /// <summary>Changes what the triggers protect, as somebody with all rights on the database can.</summary>
    public async Task FalsifyAsync(string sql, params object[] parameters)
    {
        await using var connection = await Cluster.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var open = new NpgsqlCommand("set local session_replication_role = replica", connection, transaction))
        {
            await open.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using (var falsify = new NpgsqlCommand(sql, connection, transaction))
        {
            foreach (var parameter in parameters)
            {
                falsify.Parameters.Add(new NpgsqlParameter { Value = parameter });
            }

            Assert.True(await falsify.ExecuteNonQueryAsync(TestContext.Current.CancellationToken) > 0, "Nothing was falsified.");
        }

        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }
}
