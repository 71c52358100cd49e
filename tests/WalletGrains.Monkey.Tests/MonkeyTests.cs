using System.Globalization;
using System.Runtime.Versioning;
using WalletGrains.Monkey.Checks;
using WalletGrains.Simulators;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Billers;
using WalletGrains.Testing.Processes;
using Xunit;

namespace WalletGrains.Monkey.Tests;

/// <summary>A short run of ./monkey against a host of its own, and what it says when something is wrong.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class MonkeyTests
{
    [Fact]
    public async Task A_run_finds_everything_as_it_was_acknowledged()
    {
        await using var simulators = await SimulatorServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var settings = SimulatorServer.BillerCodes
            .SelectMany(code => simulators.BillerSettings(code).Select(setting => KeyValuePair.Create($"Billers__{code}__{setting.Key}", setting.Value)))
            .Append(KeyValuePair.Create("Bills__ReversalDelay", "00:00:00.1"))
            .ToDictionary();
        await using var folders = new HostFolders();
        using var host = await HostProcessUnderTest.StartAsync(folders, settings);
        using (var operators = new BankClient(host.Address))
        {
            // The first operator may take a moment to exist.
            await operators.SignInAsync(TestContext.Current.CancellationToken);
        }

        var output = new StringWriter(CultureInfo.InvariantCulture);
        var options = new MonkeyOptions(Requests: 600, Concurrency: 20, host.Address, BankClient.OperatorPassword, Seed: 1);
        var exitCode = await MonkeyRun.RunAsync(options, output, TestContext.Current.CancellationToken);

        Assert.True(exitCode == MonkeyRun.Well, output.ToString());
        Assert.Contains("Verdict: everything is as it was acknowledged.", output.ToString(), StringComparison.Ordinal);
        foreach (var area in new[] { "answers", "idempotency", "balances", "sagas", "bills", "books", "statistics", "fraud flags" })
        {
            Assert.Matches($@"{area}\s+well", output.ToString());
        }

        using var billers = new SimulatorAdmin(simulators.Address);
        var paid = (await Task.WhenAll(SimulatorServer.BillerCodes.Select(billers.PaymentsAsync))).SelectMany(payments => payments).ToList();
        Assert.Contains(paid, payment => payment.Status is PaymentStatus.Successful);
        Assert.Contains(paid, payment => payment.Status is PaymentStatus.Failed);
    }

    [Fact]
    public async Task Where_nobody_is_it_says_so()
    {
        var output = new StringWriter(CultureInfo.InvariantCulture);
        var options = new MonkeyOptions(1, 1, new Uri("http://127.0.0.1:9"), "whatever it is", Seed: 1);
        Assert.Equal(MonkeyRun.NotRun, await MonkeyRun.RunAsync(options, output, TestContext.Current.CancellationToken));
        Assert.Contains("http://127.0.0.1:9", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Money_that_nobody_was_told_of_is_found() =>
        Assert.Equal(1, Check(1_000, new ShownTransaction(Guid.NewGuid(), "FUND", 1_000, 0, 1_000, default)));

    [Fact]
    public void A_wallet_that_nobody_used_is_well() => Assert.Equal(0, Check(0));

    [Fact]
    public void A_history_with_a_gap_is_found() => Assert.Equal(
        2,
        Check(200, new ShownTransaction(Guid.NewGuid(), "FUND", 100, 0, 100, default), new ShownTransaction(Guid.NewGuid(), "FUND", 50, 150, 200, default)));

    private static int Check(long balanceMinor, params ShownTransaction[] transactions)
    {
        var findings = new Findings();
        var options = new MonkeyOptions(1, 1, new Uri("http://127.0.0.1:9"), "", 1);
        using var nobody = new BankClient(options.Address);
        var troop = new Troop(nobody, [], new Bills([]), options, new ProgressBar(TextWriter.Null, 1, moves: false), findings);
        BalanceCheck.Check(new WalletHistory(Guid.NewGuid(), balanceMinor, 0, transactions.Length, transactions), troop, findings);
        return findings.Of(BalanceCheck.Area);
    }
}
