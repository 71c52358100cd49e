using WalletGrains.Chaos.Checking;
using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;
using Xunit;

namespace WalletGrains.Chaos.Tests;

/// <summary>The product as most users run it: one process with a PostgreSQL of its own, killed in the middle of traffic.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    private readonly HostFolders _folders = new();
    private HostProcessUnderTest _host = null!;
    private BankClient _bank = null!;
    private BankTraffic _traffic = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await HostProcessUnderTest.StartAsync(_folders);
        _bank = new BankClient(_host.Address);
        _traffic = await BankTraffic.StartAsync(_bank, "crash", seed: 1, Cancelled);
    }

    [Fact]
    public async Task Everything_acknowledged_before_and_after_a_kill_of_the_host_is_there_exactly_once()
    {
        await _host.KillAsync();
        _host = await HostProcessUnderTest.StartAsync(_folders);
        _bank.Addresses = [_host.Address];

        Assert.Empty((await EndAsync()).Findings);
        Assert.Contains(_traffic.History.Operations, operation => operation.WasUnknown);
        Assert.Null(_folders.ServerProcessId);
    }

    [Fact]
    public async Task While_the_database_is_away_clients_are_told_when_to_retry_and_afterwards_nothing_is_lost()
    {
        _folders.TakeServerAway();
        await _traffic.History.OutageFelt.WaitAsync(Cancelled);
        _folders.GiveServerBack();

        Assert.Empty((await EndAsync()).Findings);
        Assert.NotEmpty(Indefinite);
        Assert.All(Indefinite, AssertSaysWhenToRetry);
    }

    [Fact]
    public async Task A_kill_of_the_database_that_is_over_in_a_moment_costs_clients_a_wait_and_nothing_else()
    {
        var server = _folders.ServerProcessId!.Value;
        PosixSignal.Kill.SendTo(server);

        Assert.Empty((await EndAsync(() => Assert.NotEqual(server, _folders.ServerProcessId))).Findings);
        Assert.All(Indefinite, AssertSaysWhenToRetry);
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        _bank.Dispose();
        await _folders.DisposeAsync();
    }

    private IEnumerable<Reply> Indefinite =>
        _traffic.History.Operations.SelectMany(operation => operation.Attempts).Select(attempt => attempt.Reply).Where(reply => !reply.IsDefinite);

    // Always an answer of a host that is there, never a lost connection.
    private static void AssertSaysWhenToRetry(Reply reply) => Assert.True(
        reply is Reply.NotDone { Code: "UNAVAILABLE" or "OVERLOADED", HasRetryAfter: true } or Reply.Unknown { Why: "OUTCOME_UNKNOWN", HasRetryAfter: true }, $"{reply}");

    /// <summary>Waits until all is well again, lets the clients finish, audits and stops the host.</summary>
    private async Task<Verdict> EndAsync(Action? beforeStop = null)
    {
        await _traffic.Watch().EveryWalletServedAsync(Cancelled);
        await _traffic.StopAsync();
        var verdict = await _traffic.AuditAsync(_folders.ServerConnectionString, Cancelled);
        beforeStop?.Invoke();
        Assert.Equal(0, await _host.TerminateAsync());
        return verdict;
    }
}
