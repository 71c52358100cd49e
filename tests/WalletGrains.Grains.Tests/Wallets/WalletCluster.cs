using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Transfers;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Users;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>The wallet grains on the runtime in force, over a PostgreSQL database of their own.</summary>
public sealed partial class WalletCluster : IAsyncLifetime
{
    private TestDatabase? _database;
    private bool _isStarted;

    /// <summary>The database, for journals besides the cluster's.</summary>
    public NpgsqlDataSource DataSource { get; private set; } = null!;

    /// <summary>A journal of a silo that is not in the cluster.</summary>
    public PostgresJournal Journal { get; private set; } = null!;

    public IWalletQueryGrain Queries => Client.GetGrain<IWalletQueryGrain>(0);

    public ITransferGrain Transfers => Client.GetGrain<ITransferGrain>(0);

    public TransferRecovery Recovery => new(Journal, Client, TimeProvider.System, NullLogger<TransferRecovery>.Instance);

    public HoldExpiry HoldExpiry => new(Journal, Client, TimeProvider.System, NullLogger<HoldExpiry>.Instance);

    public static Money Usd(long minor) => new(minor, Currency.Parse("USD"));

    public static RequestId NewRequest() => RequestId.FromClient(Guid.NewGuid().ToString());

    public async ValueTask InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        DataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        await new Migrations(DataSource, NullLogger<Migrations>.Instance).ApplyAsync(TestContext.Current.CancellationToken);
        Journal = NewJournal();
        await StartAsync();
        _isStarted = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isStarted)
        {
            await StopAsync();
        }

        if (_database is not null)
        {
            await Journal.DisposeAsync();
            await DataSource.DisposeAsync();
            await _database.DisposeAsync();
        }
    }

    public PostgresJournal NewJournal() => new(DataSource, new JournalOptions(), TimeProvider.System, NullLogger<PostgresJournal>.Instance);

    public IWalletGrain Wallet(Guid walletId) => Client.GetGrain<IWalletGrain>(walletId);

    /// <summary>Opens a wallet and puts money in.</summary>
    public async Task<Guid> OpenAsync(long balanceMinor = 0, string currency = "USD", Guid? ownerId = null)
    {
        var walletId = Guid.CreateVersion7();
        await Wallet(walletId).OpenAsync(new OpenWallet(Currency.Parse(currency), ownerId));
        if (balanceMinor > 0)
        {
            Assert.IsType<WalletOutcome.Accepted>(await Wallet(walletId).ExecuteAsync(
                new Deposit(NewRequest(), new Money(balanceMinor, Currency.Parse(currency)))));
        }

        return walletId;
    }

    public async Task<long> BalanceAsync(Guid walletId) => (await Wallet(walletId).GetAsync())!.BalanceMinor;

    /// <summary>
    /// Checks what is stored of a wallet from first principles: versions without gaps, a balance that follows from the
    /// entries, a hash chain that can be computed again from the stored bytes, a head that is the fold of them.
    /// </summary>
    public async Task<IReadOnlyList<Entry>> CheckStoredAsync(Guid walletId)
    {
        var head = (await Journal.LoadAsync(walletId, [], CancellationToken.None))!.Head;
        var rows = await ReadAllAsync(walletId);
        var (balance, version) = (0L, 0L);
        var hash = HashChain.Begin(WalletRows.ToState(head));
        var entries = new List<Entry>();
        foreach (var row in rows)
        {
            var entry = EntryContent.Decode(row.Content);
            Assert.Equal((++version, balance), (entry.Version, entry.BalanceBeforeMinor));
            balance += row.AmountMinor;
            Assert.Equal(balance, entry.BalanceAfterMinor);
            Assert.Equal(row.CreatedAt, entry.CreatedAt);
            hash = HashChain.Next(hash, row.Content.Span);
            Assert.True(hash.AsSpan().SequenceEqual(row.Hash.Span), $"The hash chain is broken at entry {version.ToString(CultureInfo.InvariantCulture)}.");
            entries.Add(entry);
        }

        Assert.Equal((balance, version), (head.BalanceMinor, head.Version));
        Assert.True(hash.AsSpan().SequenceEqual(head.HeadHash.Span), "The head has another hash than the newest entry.");
        return entries;
    }

    private async Task<IReadOnlyList<WalletEntry>> ReadAllAsync(Guid walletId)
    {
        var rows = new List<WalletEntry>();
        var before = long.MaxValue;
        while (await Journal.ReadEntriesAsync(new EntryQuery(walletId, before, JournalLimits.MaxPage), CancellationToken.None) is [.., var last] page)
        {
            rows.AddRange(page);
            before = last.Version;
        }

        rows.Reverse();
        return rows;
    }

    private void AddServices(IServiceCollection services) => services
        .AddSingleton<IJournal>(_ => NewJournal())
        .AddSingleton(new PostgresUserStore(DataSource, new JournalOptions(), TimeProvider.System))
        .AddSingleton(new PostgresSessionStore(DataSource, new JournalOptions(), TimeProvider.System))
        .AddSingleton(new PostgresApiKeyStore(DataSource, new JournalOptions(), TimeProvider.System))
        .AddSingleton(new PostgresCredentialLog(DataSource, new JournalOptions(), TimeProvider.System))
        .AddWalletGrains();
}

/// <summary>Tests that share one cluster; they use wallets of their own.</summary>
[CollectionDefinition]
public sealed class WalletClusterTests : ICollectionFixture<WalletCluster>;
