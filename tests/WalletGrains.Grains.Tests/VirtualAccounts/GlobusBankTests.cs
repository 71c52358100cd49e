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

    [Theory]
    [InlineData("reference")]
    [InlineData("accountNumber")]
    [InlineData("bankCode")]
    [InlineData("currency")]
    public async Task An_account_that_was_not_asked_for_or_cannot_be_is_not_believed(string member)
    {
        using var calls = Calls(new SimulatorOptions().GlobusSecretKey, out var bank);
        await _admin.SetFaultsAsync(new FaultRule(CreateAccount, FaultKind.WrongAccount) { Member = member });
        var refused = await RefusedAsync(bank);
        Assert.Equal("The bank gave an answer that cannot be read: This is not the account that was asked for, or no account.", refused.Message);
        Assert.IsType<JobOutcome.Retry>(refused.ToOutcome());
    }

    [Fact]
    public async Task A_payment_that_was_not_asked_for_is_not_believed()
    {
        using var calls = Calls(new SimulatorOptions().GlobusSecretKey, out var bank);
        await _admin.PayInAsync(new PayInRequest("0000014579", 5) { Reference = "FT-1", Notify = false });
        Assert.Equal("0000014579", (await bank.FindPaymentAsync("FT-1", Cancelled))!.AccountNumber);
        await _admin.SetFaultsAsync(new FaultRule("globus.find-credit", FaultKind.WrongAccount));
        var refused = await Assert.ThrowsAsync<CounterpartException>(() => bank.FindPaymentAsync("FT-1", Cancelled));
        Assert.Equal("The bank gave an answer that cannot be read: This is not the payment that was asked for.", refused.Message);
        Assert.IsType<JobOutcome.Retry>(refused.ToOutcome());
    }

    /// <param name="life">Seconds that a token is good for.</param>
    /// <param name="usedFor">Seconds after which another one is fetched.</param>
    [Theory]
    [InlineData(300, 270)]
    [InlineData(10, 9)]
    public async Task A_token_is_fetched_anew_before_it_ends_so_that_no_call_is_refused_for_it(int life, int usedFor)
    {
        await using var server = await SimulatorServer.StartAsync(new SimulatorOptions { GlobusTokenSeconds = life }, _time, Cancelled);
        using var admin = new SimulatorAdmin(server.Address);
        using var calls = Calls(new SimulatorOptions().GlobusSecretKey, out var bank, server);
        await OpenAsync(tokens: 1);
        _time.Advance(TimeSpan.FromSeconds(usedFor) - TimeSpan.FromTicks(1));
        await OpenAsync(tokens: 1);
        _time.Advance(TimeSpan.FromTicks(1));
        await OpenAsync(tokens: 2);
        _time.Advance(TimeSpan.FromSeconds(life));
        await OpenAsync(tokens: 3);
        Assert.All(await admin.CallsAsync(CreateAccount), call => Assert.Equal(201, call.Status));

        async Task OpenAsync(int tokens)
        {
            await bank.OpenAsync(Application(Guid.NewGuid()), taken: 0, Cancelled);
            Assert.Equal(tokens, (await admin.CallsAsync("globus.token")).Count);
        }
    }

    private static AccountApplication Application(Guid walletId) => new(Guid.NewGuid(), walletId, "Ada Obi", "ada@example.com", null);

    private static Task<CounterpartException> RefusedAsync(GlobusBank bank) =>
        Assert.ThrowsAsync<CounterpartException>(() => bank.OpenAsync(Application(Guid.NewGuid()), taken: 0, Cancelled));

    private GlobusCalls Calls(string secretKey, out GlobusBank bank, SimulatorServer? server = null)
    {
        var options = new GlobusOptions
        {
            BaseUrl = new Uri($"{(server ?? _server).GlobusUrl}/"),
            ClientId = new SimulatorOptions().GlobusClientId,
            SecretKey = secretKey,
        };
        var calls = new GlobusCalls(options, _time, NullLogger<CounterpartCalls>.Instance);
        bank = new GlobusBank(calls, new GlobusTokens(calls, options, _time), options);
        return calls;
    }
}
