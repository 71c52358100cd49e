using System.Globalization;
using WalletGrains.Simulators;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Faults;
using WalletGrains.Simulators.Globus;
using WalletGrains.Testing;
using WalletGrains.Testing.Processes;
using Xunit;

namespace WalletGrains.Api.Tests.VirtualAccounts;

/// <summary>Reports of the bank to a process that is killed, and cut off from its database, while they come.</summary>
public sealed class BankCrashTests : IAsyncLifetime
{
    private const int Payments = 1_000;
    private const int Wallets = 4;
    private const int Copies = 4;

    private readonly string _reference = $"FT-{Guid.NewGuid():N}";
    private readonly HostFolders _folders = new();
    private TestDatabase? _database;
    private TcpProxy? _proxy;
    private SimulatorServer? _simulators;
    private SimulatorAdmin? _admin;
    private HostProcessUnderTest? _host;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private SimulatorAdmin Admin => _admin!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync(Cancelled);
        _proxy = TcpProxy.To(_database.ConnectionString);
        _simulators = await SimulatorServer.StartAsync(new SimulatorOptions(), cancellationToken: Cancelled);
        _admin = new SimulatorAdmin(_simulators.Address);
        await StartHostAsync(port: 0);
    }

    public async ValueTask DisposeAsync()
    {
        _host?.Dispose();
        _admin?.Dispose();
        if (_simulators is not null)
        {
            await _simulators.DisposeAsync();
        }

        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        await _folders.DisposeAsync();
    }

    [Fact(Timeout = 180_000)]
    public async Task A_thousand_payments_each_reported_five_times_to_a_host_that_is_killed_are_on_both_books_once()
    {
        await using var jobs = await JobWatch.StartAsync(_database!.ConnectionString);
        using var client = new BankClient(_host!.Address);
        await client.SignInAsync(Cancelled);
        var accounts = await RegisterAsync(client, jobs);
        await Admin.SetFaultsAsync(
            new FaultRule("globus.webhook", FaultKind.Duplicate) { Copies = Copies },
            new FaultRule("globus.webhook", FaultKind.Reorder) { DelayMs = 300 },
            new FaultRule("globus.webhook", FaultKind.AlteredDuplicate) { Share = 0.05 });
        await Admin.PauseWebhooksAsync();
        await Admin.SetWebhookAsync(new WebhookSettings(new Uri(_host.Address, WebhookTests.Path), Concurrency: 32, RedeliverMs: 20));
        for (var i = 0; i < Payments; i++)
        {
            await Admin.PayInAsync(new PayInRequest(accounts[i % Wallets], 1 + (i * 0.01m)) { Reference = $"{_reference}/{i}" });
        }

        await Admin.ResumeWebhooksAsync();
        await CreditedAsync(jobs, 100);
        _proxy!.CutNow();
        await CreditedAsync(jobs, 250);
        await KillAsync();
        await CreditedAsync(jobs, 400);

        // A commit of the payment whose turn is the last is done, and nobody is told.
        var last = (string)(await jobs.ReadAsync(
            """
            select p.reference from (select $1 || '/' || i as reference from generate_series(0, $2 - 1) i) p left join jobs j on j.kind = $3 and j.key = p.reference
            where j.state is distinct from 3 order by j.due_at desc nulls first limit 1
            """,
            _reference,
            Payments,
            BankFixture.Crediting))!;
        await _proxy.CutAfterAnswerTo(last).WaitAsync(cancellationToken: Cancelled);

        var delivered = await Admin.WaitForWebhooksAsync(waitSeconds: 60);
        Assert.True(delivered is { Pending: 0, GivenUp: 0, Accepted: >= Payments * (1 + Copies) }, $"{delivered}");
        await jobs.AllDoneAsync(BankFixture.Crediting, Payments);

        var theirs = await Admin.CreditsAsync();
        var ours = ((string)(await jobs.ReadAsync("""
            select string_agg(concat_ws(' ', c.reference, c.account_number, e.amount_minor), ',' order by c.reference collate "C")
            from bank_credits c join entries e on e.entry_id = c.entry_id and e.wallet_id = c.wallet_id and e.request_id = 'v:globus/' || c.reference
            """))!).Split(',');
        Assert.Equal(
            theirs.Select(credit => string.Create(CultureInfo.InvariantCulture, $"{credit.Reference} {credit.AccountNumber} {credit.Amount * 100:0}")).Order(StringComparer.Ordinal),
            ours);
        Assert.Equal(Payments, await jobs.CountAsync("select count(*) from entries"));
        Assert.Equal((long)(theirs.Sum(credit => credit.Amount) * 100), await jobs.CountAsync("select sum(balance_minor) from wallets"));
        Assert.Equal(0, await jobs.CountAsync("select count(*) from jobs where kind = $1 and state <> 3", BankFixture.Crediting));
        Assert.InRange(await jobs.CountAsync("select count(*) from jobs where kind = $1", BankFixture.Alert), 1, Payments / 5);
        var reconciled = await client.PostAsync("/ops/reconciliation/run", "", Cancelled);
        Assert.True(reconciled is Testing.Processes.Reply.Ok { Json: var run } && run.GetProperty("ok").GetBoolean(), $"{reconciled}");
    }

    /// <summary>Registers users, and waits for their accounts.</summary>
    private static async Task<IReadOnlyList<string>> RegisterAsync(BankClient client, JobWatch jobs)
    {
        var accounts = new List<string>();
        for (var i = 0; i < Wallets; i++)
        {
            var json = $$"""{"email":"{{Guid.NewGuid():N}}@example.com","password":"{{ApiFixture.Password}}","fullName":"Ada Obi"}""";
            var registered = Assert.IsType<Testing.Processes.Reply.Ok>(await client.PostAsync("/auth/register", json, Cancelled));
            var walletId = registered.Json.GetProperty("walletId").GetGuid();
            await jobs.DoneAsync(BankFixture.Creation, walletId.ToString());
            accounts.Add((string)(await jobs.ReadAsync("select account_number from virtual_accounts where wallet_id = $1", walletId))!);
        }

        return accounts;
    }

    private static Task CreditedAsync(JobWatch jobs, int count) =>
        jobs.UntilAsync("select count(*) >= $1 from bank_credits where credited_at is not null", count);

    private async Task KillAsync()
    {
        var port = _host!.Address.Port;
        await _host.KillAsync();
        _host.Dispose();
        await StartHostAsync(port);
    }

    private async Task StartHostAsync(int port)
    {
        var options = new SimulatorOptions();
        _host = await HostProcessUnderTest.StartAsync(_folders, new Dictionary<string, string>
        {
            ["PORT"] = $"{port}",
            ["ConnectionStrings__WalletGrains"] = _proxy!.ConnectionStringThrough(_database!.ConnectionString),
            ["Actors__Clustering"] = "Localhost",
            ["GLOBUS_BASE_URL"] = $"{_simulators!.GlobusUrl}",
            ["GLOBUS_CLIENT_ID"] = options.GlobusClientId,
            ["GLOBUS_SECRET_KEY"] = options.GlobusSecretKey,
            ["GLOBUS_WEBHOOK_SECRET"] = options.WebhookSecret,
            ["Jobs__Lease"] = "00:00:03",
        });
    }
}
