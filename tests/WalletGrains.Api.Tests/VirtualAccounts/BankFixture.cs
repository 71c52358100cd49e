using System.Security.Cryptography;
using System.Text;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Simulators;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Globus;
using Xunit;

namespace WalletGrains.Api.Tests.VirtualAccounts;

/// <summary>A host and the bank that it is a customer of, which behaves as badly as a test wants. One test at a time.</summary>
public sealed class BankFixture : IAsyncLifetime
{
    public const string PreviousSecret = "the-secret-before-this-one";

    public const string Creation = "create-virtual-account";
    public const string Crediting = "bank-credit";
    public const string Verification = "bank-verification";
    public const string Alert = "bank-credit-alert";

    private SimulatorServer? _simulators;

    public ApiFixture Api { get; } = new();

    public SimulatorAdmin Admin { get; private set; } = null!;

    /// <summary>Further settings of the host, over those of all tests.</summary>
    public IReadOnlyList<string> More { get; init; } = [];

    public string Secret { get; } = new SimulatorOptions().WebhookSecret;

    public async ValueTask InitializeAsync()
    {
        var options = new SimulatorOptions();
        _simulators = await SimulatorServer.StartAsync(options, cancellationToken: TestContext.Current.CancellationToken);
        Admin = new SimulatorAdmin(_simulators.Address);
        await Api.StartAsync("Development", proxied: null,
        [
            $"--GLOBUS_BASE_URL={_simulators.GlobusUrl}",
            $"--GLOBUS_CLIENT_ID={options.GlobusClientId}",
            $"--GLOBUS_SECRET_KEY={options.GlobusSecretKey}",
            $"--GLOBUS_WEBHOOK_SECRET={Secret}",
            $"--GLOBUS_WEBHOOK_SECRET_PREVIOUS={PreviousSecret}",
            "--GLOBUS_VERIFY_FROM=1000000",
            "--GLOBUS_TIMEOUT_SECONDS=1",
            $"--Jobs:Kinds:{Creation}:FirstBackoff=00:00:00.02",
            $"--Jobs:Kinds:{Verification}:FirstBackoff=00:00:00.02",
            $"--Jobs:Kinds:{Verification}:MaxBackoff=00:00:00.1",
            $"--Jobs:Kinds:{Crediting}:FirstBackoff=00:00:00.02",
            $"--Jobs:Kinds:{Crediting}:MaxBackoff=00:00:00.1",
            .. More,
        ]);
        await Admin.SetWebhookAsync(new WebhookSettings(new Uri(Api.Address, WebhookTests.Path), RedeliverMs: 20));
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        Admin.Dispose();
        await _simulators!.DisposeAsync();
    }

    /// <summary>Has the bank forget everything and begin to behave.</summary>
    internal async Task<JobWatch> BeginAsync()
    {
        await Admin.ResetAsync();
        return await JobWatch.StartAsync(Api.ConnectionString);
    }

    /// <summary>Registers a user and waits for the account of its wallet.</summary>
    internal async Task<(ApiCaller Caller, Guid WalletId, string AccountNumber)> RegisterAsync(JobWatch jobs)
    {
        var (caller, _, walletId) = await Api.RegisterAsync();
        await jobs.DoneAsync(Creation, walletId.ToString());
        var account = await caller.GetAsync($"/wallets/{walletId}/virtual-account");
        return (caller, walletId, account.Json.GetProperty("accountNumber").GetString()!);
    }

    /// <summary>An operator tries a dead letter again.</summary>
    internal async Task RetryAsync(JobWatch jobs, string kind, string key) =>
        Assert.Null((await Api.Grains.GetGrain<IJobListGrain>(0).RetryAsync(await IdAsync(jobs, kind, key))).Refusal);

    /// <summary>An operator decides that a dead letter need not be done.</summary>
    internal async Task DiscardAsync(JobWatch jobs, string kind, string key) =>
        Assert.Equal(200, (await Api.Operator().PostAsync($"/ops/dead-letters/{await IdAsync(jobs, kind, key)}/discard", "")).Status);

    /// <summary>The body of a report of a payment.</summary>
    /// <param name="reference">The bank's reference.</param>
    /// <param name="account">The number of the account.</param>
    /// <param name="amount">The amount, as JSON.</param>
    /// <param name="more">Further members, beginning with a comma.</param>
    public static string ReportOf(string reference, string account, string amount, string more = "") =>
        $$"""{"event":"credit","reference":"{{reference}}","accountNumber":"{{account}}","amount":{{amount}}{{more}}}""";

    /// <summary>A report as the bank sends it, or as somebody else would like to.</summary>
    public Task<Reply> ReportAsync(string body, string? signature = null, string? secret = null) => Api.Anonymous().PostAsync(
        WebhookTests.Path, body, ("x-globus-signature", signature ?? Sign(body, secret ?? Secret)));

    /// <summary>The same of bytes that need not be text.</summary>
    public Task<Reply> ReportAsync(byte[] body) => Api.Anonymous().SendAsync(
        HttpMethod.Post,
        WebhookTests.Path,
        new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } },
        ("x-globus-signature", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), body))));

    private static async Task<Guid> IdAsync(JobWatch jobs, string kind, string key) =>
        (Guid)(await jobs.ReadAsync("select job_id from jobs where kind = $1 and key = $2", kind, key))!;

    public static string Sign(string body, string secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));
}

/// <summary>The tests that share one bank.</summary>
[CollectionDefinition(Name)]
public sealed class BankTests : ICollectionFixture<BankFixture>
{
    public const string Name = "Bank";
}
