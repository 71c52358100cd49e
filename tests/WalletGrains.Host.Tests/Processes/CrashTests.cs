using Xunit;

namespace WalletGrains.Host.Tests.Processes;

/// <summary>The product as its users run it: as a process that is killed in the middle of traffic.</summary>
public sealed class CrashTests
{
    private const int Clients = 200;
    private const int OperationCount = 20_000;
    private const int WalletCount = 50;

    [Fact]
    public async Task Everything_acknowledged_before_and_after_a_kill_of_the_host_is_there_exactly_once()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var folders = new HostFolders();
        using var first = await HostProcessUnderTest.StartAsync(folders);
        using var bank = new BankClient(first.Address);
        await bank.SignInAsync(cancellation);
        var wallets = await OpenWalletsAsync(bank, cancellation);
        var workload = new MixedWorkload(bank, wallets, wallets[0], OperationCount, seed: 1);

        var traffic = workload.RunAsync(Clients, cancellation);
        await Task.WhenAny(workload.HalfSent, traffic);
        await first.KillAsync();
        using var second = await HostProcessUnderTest.StartAsync(folders);
        bank.MoveTo(second.Address);
        await traffic;

        Assert.NotEmpty(workload.Unknown);
        Assert.Empty(await new WorkloadAuditor(bank, workload).FindFaultsAsync(wallets, cancellation));
        Assert.Equal(0, await second.TerminateAsync());
        Assert.Null(folders.ServerProcessId);
    }

    [Fact]
    public async Task While_the_database_is_away_clients_are_told_when_to_retry_and_afterwards_nothing_is_lost()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var folders = new HostFolders();
        using var host = await HostProcessUnderTest.StartAsync(folders);
        using var bank = new BankClient(host.Address);
        await bank.SignInAsync(cancellation);
        var wallets = await OpenWalletsAsync(bank, cancellation);
        var workload = new MixedWorkload(bank, wallets, wallets[0], OperationCount, seed: 2);

        var traffic = workload.RunAsync(Clients, cancellation);
        await Task.WhenAny(workload.HalfSent, traffic);
        folders.TakeServerAway();
        await Task.WhenAny(workload.OutageFelt, traffic);
        folders.GiveServerBack();
        await traffic;

        // Always an answer of a host that is there: 503 or 429 with Retry-After, never a lost connection.
        Assert.NotEmpty(workload.Unknown);
        Assert.All(workload.Unknown.Keys, unknown => Assert.True(
            unknown is { HasRetryAfter: true, Why: "UNAVAILABLE" or "OUTCOME_UNKNOWN" or "OVERLOADED" }, $"{unknown}"));
        Assert.Empty(await new WorkloadAuditor(bank, workload).FindFaultsAsync(wallets, cancellation));
        Assert.Equal(0, await host.TerminateAsync());
    }

    [Fact]
    public async Task A_kill_of_the_database_that_is_over_in_a_moment_costs_clients_a_wait_and_nothing_else()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var folders = new HostFolders();
        using var host = await HostProcessUnderTest.StartAsync(folders);
        using var bank = new BankClient(host.Address);
        await bank.SignInAsync(cancellation);
        var wallets = await OpenWalletsAsync(bank, cancellation);
        var workload = new MixedWorkload(bank, wallets, wallets[0], OperationCount, seed: 3);
        var server = folders.ServerProcessId!.Value;

        var traffic = workload.RunAsync(Clients, cancellation);
        await Task.WhenAny(workload.HalfSent, traffic);
        HostProcessUnderTest.KillProcess(server);
        await traffic;

        Assert.NotEqual(server, folders.ServerProcessId);
        Assert.DoesNotContain(workload.Unknown.Keys, unknown => !unknown.HasRetryAfter);
        Assert.Empty(await new WorkloadAuditor(bank, workload).FindFaultsAsync(wallets, cancellation));
        Assert.Equal(0, await host.TerminateAsync());
    }

    private static async Task<List<Guid>> OpenWalletsAsync(BankClient bank, CancellationToken cancellation)
    {
        var wallets = new List<Guid>();
        for (var i = 0; i <= WalletCount; i++)
        {
            wallets.Add(await bank.OpenWalletAsync(cancellation));
        }

        return wallets;
    }
}
