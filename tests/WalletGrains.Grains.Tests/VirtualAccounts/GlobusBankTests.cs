using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Grains.Counterparts;
using WalletGrains.Grains.Jobs;
using WalletGrains.Grains.VirtualAccounts;
using WalletGrains.Simulators;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Faults;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.VirtualAccounts;

/// <summary>The client against a bank on a real socket, where more than one call goes wrong.</summary>
public sealed class GlobusBankTests : IAsyncLifetime
{
    private const string CreateAccount = "globus.create-account";

    /// <summary>So many calls of a minute are judged, of which the first one, for the token, succeeds.</summary>
    private const int Failures = 20 - 1;

    private static readonly TimeSpan Break = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();
    private SimulatorServer _server = null!;
    private SimulatorAdmin _admin = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(cancellationToken: Cancelled);
        _admin = new SimulatorAdmin(_server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_bank_that_fails_for_a_while_is_left_alone_and_no_attempts_are_used_up()
    {
        using var calls = Calls(new SimulatorOptions().GlobusSecretKey, out var bank);
        await _admin.SetFaultsAsync(new FaultRule(CreateAccount, FaultKind.ErrorBefore));
        for (var i = 0; i < Failures; i++)
        {
            var failed = await RefusedAsync(bank);
            Assert.IsType<JobOutcome.Retry>(failed.ToOutcome());
        }

        var left = await RefusedAsync(bank);
        Assert.True(left.IsLeftAlone);
        Assert.InRange(Assert.IsType<JobOutcome.Postponed>(left.ToOutcome()).Wait, TimeSpan.FromSeconds(1), Break);
        Assert.Equal(Failures, (await _admin.CallsAsync(CreateAccount)).Count);

        await _admin.SetFaultsAsync();
        _time.Advance(Break);
        var opened = await bank.OpenAsync(Application(Guid.NewGuid()), taken: 0, Cancelled);
        Assert.Equal(opened.Number, Assert.Single(await _admin.AccountsAsync()).AccountNumber);
    }

    [Fact]
    public async Task Credentials_that_the_bank_refuses_are_named_and_the_bank_is_not_asked_for_an_account()
    {
        using var calls = Calls("another-secret", out var bank);
        var refused = await RefusedAsync(bank);
        Assert.Equal("The bank does not accept GLOBUS_CLIENT_ID and GLOBUS_SECRET_KEY: it answered 401.", refused.Message);
        Assert.IsType<JobOutcome.Retry>(refused.ToOutcome());
        Assert.Empty(await _admin.CallsAsync(CreateAccount));
    }

    private static AccountApplication Application(Guid walletId) => new(Guid.NewGuid(), walletId, "Ada Obi", "ada@example.com", null);

    private static Task<CounterpartException> RefusedAsync(GlobusBank bank) =>
        Assert.ThrowsAsync<CounterpartException>(() => bank.OpenAsync(Application(Guid.NewGuid()), taken: 0, Cancelled));

    private GlobusCalls Calls(string secretKey, out GlobusBank bank)
    {
        var options = new GlobusOptions
        {
            BaseUrl = new Uri($"{_server.GlobusUrl}/"),
            ClientId = new SimulatorOptions().GlobusClientId,
            SecretKey = secretKey,
        };
        var calls = new GlobusCalls(options, _time, NullLogger<CounterpartCalls>.Instance);
        bank = new GlobusBank(calls, new GlobusTokens(calls, options, _time), options);
        return calls;
    }
}
