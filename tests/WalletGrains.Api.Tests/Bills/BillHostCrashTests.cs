using System.Globalization;
using System.Text.Json;
using WalletGrains.Simulators;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Billers;
using WalletGrains.Simulators.Faults;
using WalletGrains.Testing;
using WalletGrains.Testing.Processes;
using Xunit;
using Answered = WalletGrains.Testing.Processes.Reply;

namespace WalletGrains.Api.Tests.Bills;

/// <summary>Payments of a host that is killed in their middle.</summary>
public sealed class BillHostCrashTests : IAsyncLifetime
{
    private const int Payments = 60;
    private const decimal Funds = 1_000_000;

    private readonly HostFolders _folders = new();
    private TestDatabase _database = null!;
    private SimulatorServer _simulators = null!;
    private SimulatorAdmin _admin = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync(Cancelled);
        _simulators = await SimulatorServer.StartAsync(cancellationToken: Cancelled);
        _admin = new SimulatorAdmin(_simulators.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _simulators.DisposeAsync();
        await _folders.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task After_a_kill_in_the_middle_of_many_calls_each_payment_ends_once_and_as_the_biller_has_it()
    {
        // A third is held until the host is dead, and then done; the rest fares as it may.
        await _admin.SetFaultsAsync(
            new FaultRule("*.pay", FaultKind.Held) { Share = 0.3 }, new FaultRule("*.pay", FaultKind.Late) { Share = 0.3 }, new FaultRule("*.pay", FaultKind.Decline) { Share = 0.3 });
        Guid wallet;
        using (var host = await StartAsync())
        using (var bank = new BankClient(host.Address))
        {
            await bank.SignInAsync(Cancelled);
            wallet = await bank.OpenWalletAsync(Cancelled);
            Assert.IsType<Answered.Ok>(await bank.PostAsync($"/wallet/{wallet}/deposit", $$"""{"amount":{{Funds.ToString(CultureInfo.InvariantCulture)}}}""", Cancelled));
            var requests = Task.WhenAll(Enumerable.Range(0, Payments).Select(i => PayAsync(bank, wallet, i)));
            foreach (var code in SimulatorServer.BillerCodes)
            {
                Assert.True(await _admin.WaitForCallsAsync($"{code}.pay", 5) >= 5);
            }

            await host.KillAsync();
            await requests;
        }

        Assert.NotEmpty(await _admin.ReleaseAsync());
        await _admin.SetFaultsAsync();
        using (var host = await StartAsync())
        using (var bank = new BankClient(host.Address))
        {
            await using var jobs = await JobWatch.StartAsync(_database.ConnectionString);
            await bank.SignInAsync(Cancelled);
            var answers = await Task.WhenAll(Enumerable.Range(0, Payments).Select(i => PayAsync(bank, wallet, i)));
            var paymentIds = answers.Select(answer => Assert.IsType<Answered.Ok>(answer).Json.GetProperty("paymentId").GetGuid()).ToHashSet();
            Assert.Equal(Payments, paymentIds.Count);
            await jobs.UntilAsync("select count(*) = $1 from bills where state in (5, 7)", (long)Payments);

            var booked = (await Task.WhenAll(SimulatorServer.BillerCodes.Select(_admin.PaymentsAsync))).SelectMany(payments => payments).ToDictionary(payment => Guid.Parse(payment.Reference));
            Assert.Equal(paymentIds, booked.Keys.ToHashSet());
            foreach (var (paymentId, there) in booked)
            {
                Assert.Equal(there.Status is PaymentStatus.Successful ? "COMPLETED" : "REVERSED", (await ReadAsync(bank, $"/bills/{paymentId}")).GetProperty("status").GetString());
            }

            var paid = booked.Values.Where(payment => payment.Status is PaymentStatus.Successful).ToList();
            var money = await ReadAsync(bank, $"/wallet/{wallet}");
            Assert.Equal((Funds - paid.Sum(payment => payment.Amount), 0m), (money.GetProperty("balance").GetDecimal(), money.GetProperty("held").GetDecimal()));
            Assert.Equal(paid.Count, (await ReadAsync(bank, $"/wallet/{wallet}/history?type=BILL_PAYMENT&limit=200")).GetProperty("items").GetArrayLength());
            Assert.Equal(Payments - paid.Count, (await ReadAsync(bank, $"/wallet/{wallet}/history?type=BILL_REVERSAL&limit=200")).GetProperty("items").GetArrayLength());
            Assert.True((await ReadAsync(bank, $"/ops/verify/{wallet}")).GetProperty("valid").GetBoolean());
            Assert.Equal(0, await host.TerminateAsync());
        }
    }

    private Task<HostProcessUnderTest> StartAsync() => HostProcessUnderTest.StartAsync(
        _folders,
        BillerFixture.Settings(_simulators)
            .Append($"--ConnectionStrings:WalletGrains={_database.ConnectionString}")

            // What the dead host was at is taken over after so long.
            .Append("--Jobs:Lease=00:00:03")
            .Select(setting => setting[2..].Split('=', 2))
            .ToDictionary(pair => pair[0].Replace(":", "__", StringComparison.Ordinal), pair => pair[1]));

    private static Task<Answered> PayAsync(BankClient bank, Guid wallet, int i)
    {
        var (code, customer) = (i % 3) switch
        {
            0 => ("airtime", "08031234567"),
            1 => ("electricity", "45021234567"),
            _ => ("water", "WB-204417-3"),
        };
        return bank.PostAsync("/bills/pay", $$"""{"walletId":"{{wallet}}","billerCode":"{{code}}","customerReference":"{{customer}}","amount":{{500 + i}},"requestId":"bill-{{i}}"}""", Cancelled);
    }

    private static async Task<JsonElement> ReadAsync(BankClient bank, string path) => Assert.IsType<Answered.Ok>(await bank.GetAsync(path, Cancelled)).Json;
}
