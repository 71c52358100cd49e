using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Grains.Counterparts;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Simulators;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Faults;
using WalletGrains.Simulators.T24;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.BalanceSync;

/// <summary>Balances on the runtime in force, from a core banking system on a real socket.</summary>
[Collection<MemoryClusterTests>]
public sealed class BalanceSyncTests(MemoryCluster cluster) : IAsyncLifetime
{
    private readonly Dictionary<string, Guid> _accounts = [];
    private SimulatorServer _server = null!;
    private SimulatorAdmin _admin = null!;
    private T24Client _client = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IBalanceSyncGrain Sync => cluster.Client.GetGrain<IBalanceSyncGrain>(0);

    public async ValueTask InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(cancellationToken: Cancelled);
        _admin = new SimulatorAdmin(_server.Address);
        _client = new T24Client(
            new CoreBankingOptions { BaseUrl = _server.T24Url, ApiKey = new SimulatorOptions().T24ApiKey }, TimeProvider.System, NullLogger<CounterpartCalls>.Instance);
        cluster.Core.Answer = account => _client.AskAsync(account, CancellationToken.None);
        await cluster.Client.GetGrain<IJobGrain>("balance-sync").StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var user in _accounts.Values)
        {
            await cluster.MobileUsers.SetActiveAsync(user, false, default, Cancelled);
        }

        _client.Dispose();
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_login_shows_a_fresh_balance_and_the_stored_one_when_the_core_banking_system_is_slow()
    {
        await OpenAsync("5001", 100.25m);
        Assert.Equal((100.25m, true), await ReadAsync("5001", Limits.FreshBalancePatience));
        await _admin.BookAsync("5001", -0.75m);
        await _admin.SetFaultsAsync(new FaultRule("t24.balances", FaultKind.Held) { Times = 1 });
        Assert.Equal((100.25m, false), await ReadAsync("5001", TimeSpan.FromMilliseconds(1)));

        // The sync goes on without anybody who waits for it.
        await _admin.WaitForCallsAsync("t24.balances", 2);
        await _admin.ReleaseAsync();
        await AwaitAsync(async () => (await RowAsync("5001")).Balance == 99.50m);
    }

    [Fact]
    public async Task A_sweep_under_faults_ends_with_the_balances_that_the_core_banking_system_has()
    {
        for (var i = 0; i < 60; i++)
        {
            await OpenAsync($"{6000 + i}", 10m + (i * 1.01m));
        }

        FaultKind[] kinds = [FaultKind.ErrorBefore, FaultKind.ErrorAfter, FaultKind.Malformed];
        await _admin.SetFaultsAsync(seed: 7, [.. kinds.Select(kind => new FaultRule("t24.balances", kind) { Share = 0.05 })]);
        await Sync.StartAsync();
        await cluster.Client.GetGrain<IJobGrain>("balance-sweep").StartAsync();
        await AwaitAsync(async () =>
        {
            var rows = await Task.WhenAll(_accounts.Keys.Select(RowAsync));
            return Array.TrueForAll(rows, row => row.Balance is not null || row.LastError is not null);
        });
        Assert.True((await _admin.SummarizeCallsAsync()).Single(route => route.Route == "t24.balances").Struck.Values.Sum() > 0, "There were faults.");
        Assert.Equal(1, (await _admin.SummarizeCallsAsync()).Single(route => route.Route == "t24.balances").PeakConcurrency);

        await _admin.SetFaultsAsync();
        foreach (var account in _accounts.Keys)
        {
            if ((await RowAsync(account)).Balance is null)
            {
                Assert.Equal(SyncRequest.Queued, await UserOf(account).RequestSyncAsync());
            }
        }

        await AwaitAsync(async () => Array.TrueForAll(await Task.WhenAll(_accounts.Keys.Select(RowAsync)), row => row.Balance is not null));
        var books = (await _admin.CoreAccountsAsync()).ToDictionary(account => account.AccountNumber, account => account.WorkingBalance);
        foreach (var account in _accounts.Keys)
        {
            Assert.Equal(books[account], (await RowAsync(account)).Balance);
        }
    }

    [Fact]
    public async Task Without_a_core_banking_system_a_login_shows_what_is_stored_and_a_sync_is_refused()
    {
        await OpenAsync("7001", 5m);
        Assert.Equal((5m, true), await ReadAsync("7001", Limits.FreshBalancePatience));
        cluster.Core.IsConfigured = false;
        try
        {
            Assert.Equal((5m, false), await ReadAsync("7001", Limits.FreshBalancePatience));
            await Assert.ThrowsAsync<UnavailableException>(() => UserOf("7001").RequestSyncAsync());
            Assert.False((await Sync.GetStatusAsync()).IsRunning);
        }
        finally
        {
            cluster.Core.IsConfigured = true;
        }

        Assert.True((await Sync.GetStatusAsync()).IsRunning);
    }

    [Fact]
    public async Task A_balance_that_is_told_wrongly_is_shown_until_the_next_answer()
    {
        await OpenAsync("7201", 5m);
        await _admin.SetFaultsAsync(new FaultRule("t24.balances", FaultKind.WrongAmount) { Times = 1 });
        Assert.Equal((6m, true), await ReadAsync("7201", Limits.FreshBalancePatience));
        Assert.Equal((5m, true), await ReadAsync("7201", Limits.FreshBalancePatience));
    }

    [Fact]
    public async Task Logins_do_not_wait_where_too_many_do_already()
    {
        await OpenAsync("7101", 5m);
        Assert.Equal((5m, true), await ReadAsync("7101", Limits.FreshBalancePatience));
        await _admin.SetFaultsAsync(new FaultRule("t24.balances", FaultKind.Held));
        var waiting = Enumerable.Range(0, BalanceSyncLimits.MaxWaiting + 1).Select(_ => ReadAsync("7101", TimeSpan.FromSeconds(25))).ToList();
        await _admin.WaitForCallsAsync("t24.balances", 2);
        var turnedAway = await Task.WhenAny(waiting);
        Assert.Equal((5m, false), await turnedAway);
        waiting.Remove(turnedAway);
        Assert.DoesNotContain(waiting, login => login.IsCompleted);
        await _admin.SetFaultsAsync();
        await _admin.ReleaseAsync();
        Assert.All(await Task.WhenAll(waiting), login => Assert.Equal((5m, true), login));
    }

    private IMobileUserGrain UserOf(string account) => cluster.Client.GetGrain<IMobileUserGrain>(_accounts[account]);

    private async Task<(decimal, bool)> ReadAsync(string account, TimeSpan limit)
    {
        var balance = (await UserOf(account).ReadBalanceAsync(limit))!;
        return (balance.Available, balance.IsFresh);
    }

    private async Task<MobileAccountRow> RowAsync(string account) => (await cluster.MobileUsers.FindAsync(_accounts[account], Cancelled))!.Accounts[0];

    private async Task OpenAsync(string account, decimal balance)
    {
        var (user, now) = (Guid.CreateVersion7(), DateTimeOffset.UtcNow);
        _accounts.Add(account, user);
        await _admin.SetCoreAccountsAsync(new CoreAccount(account, balance));
        await cluster.MobileUsers.CreateAsync(
            new MobileUserRow(user, MobileUserRow.MobileBanking, $"{user}", $"{user}", "Ada Banda", "C-1", account, true, now, now),
            MobileUserRecords.ToAccount(user, account, "SAVINGS", true, now),
            Cancelled);
    }

    /// <summary>Looks again after every write of a job.</summary>
    private async Task AwaitAsync(Func<Task<bool>> condition)
    {
        while (true)
        {
            var changed = cluster.JobWritten;
            if (await condition())
            {
                return;
            }

            await changed.WaitAsync(Signal.DefaultLimit, Cancelled);
        }
    }
}
