using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Grains.Counterparts;
using WalletGrains.Simulators;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Faults;
using WalletGrains.Simulators.T24;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.BalanceSync;

/// <summary>The client against a core banking system on a real socket, with everything that can go wrong there.</summary>
public sealed class T24ClientTests : IAsyncLifetime
{
    private const string Route = "t24.balances";

    private readonly ManualTimeProvider _time = new();
    private SimulatorServer _server = null!;
    private SimulatorAdmin _admin = null!;
    private T24Client _client = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(cancellationToken: Cancelled);
        _admin = new SimulatorAdmin(_server.Address);
        _client = NewClient(Options());
        await _admin.SetCoreAccountsAsync(
            new CoreAccount("1001", 1_234_567_890_123.4560m) { LockedAmount = 0.4560m },
            new CoreAccount("1002", -20.5m),
            new CoreAccount("1003", 1m) { IsClosed = true });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_balance_is_read_with_all_its_decimals()
    {
        var balance = Assert.IsType<CoreAnswer.Balance>(await AskAsync("1001"));
        Assert.Equal(("1234567890123.0000", "MWK"), (balance.Available.ToString(System.Globalization.CultureInfo.InvariantCulture), balance.Currency));
        Assert.Equal(new CoreAnswer.Balance(-20.5m, "MWK"), await AskAsync("1002"));
    }

    [Theory]
    [InlineData("1003", "closed")]
    [InlineData("9999", "no such account")]
    public async Task An_account_without_balances_is_gone_for_a_reason(string account, string reason) =>
        Assert.Contains(reason, Assert.IsType<CoreAnswer.Gone>(await AskAsync(account)).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData(FaultKind.ErrorBefore, "answered 500")]
    [InlineData(FaultKind.ErrorAfter, "answered 500")]
    [InlineData(FaultKind.Malformed, "malformed")]
    public async Task A_call_that_goes_wrong_says_why_and_the_next_one_is_answered(FaultKind fault, string reason)
    {
        await _admin.SetFaultsAsync(new FaultRule(Route, fault) { Times = 3 });
        for (var i = 0; i < 3; i++)
        {
            Assert.Contains(reason, Assert.IsType<CoreAnswer.Failed>(await AskAsync("1001")).Reason, StringComparison.Ordinal);
        }

        Assert.IsType<CoreAnswer.Balance>(await AskAsync("1001"));
    }

    [Theory]
    [InlineData(FaultKind.TimeoutBefore)]
    [InlineData(FaultKind.TimeoutAfter)]
    [InlineData(FaultKind.Held)]
    public async Task A_call_that_is_not_answered_is_given_up_when_its_time_is_over(FaultKind fault)
    {
        await _admin.SetFaultsAsync(new FaultRule(Route, fault) { Times = 1 });
        var call = AskAsync("1001");
        Assert.Equal(1, await _admin.WaitForCallsAsync(Route, 1));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(new CoreAnswer.Failed("The core banking system did not answer within 5000 ms."), await call);
    }

    [Fact]
    public async Task A_call_that_its_caller_gives_up_is_cancelled_and_counts_against_nobody()
    {
        await _admin.SetFaultsAsync(new FaultRule(Route, FaultKind.Held));
        for (var i = 1; i <= 6; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var call = _client.AskAsync("1001", cancellation.Token);
            Assert.Equal(i, await _admin.WaitForCallsAsync(Route, i));
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        await _admin.SetFaultsAsync();
        Assert.IsType<CoreAnswer.Balance>(await AskAsync("1001"));
    }

    [Fact]
    public async Task While_it_asks_for_a_pause_it_is_not_called()
    {
        await _admin.SetFaultsAsync(new FaultRule(Route, FaultKind.Throttled) { Times = 1, RetryAfterSeconds = 7 });
        Assert.Equal(TimeSpan.FromSeconds(7), Assert.IsType<CoreAnswer.NotNow>(await AskAsync("1001")).Wait);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(4), Assert.IsType<CoreAnswer.NotNow>(await AskAsync("1002")).Wait);
        Assert.Single(await _admin.CallsAsync(Route));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.IsType<CoreAnswer.Balance>(await AskAsync("1002"));
    }

    [Fact]
    public async Task After_too_many_failures_it_is_left_alone_and_one_call_finds_out_whether_it_is_back()
    {
        await _admin.SetFaultsAsync(new FaultRule(Route, FaultKind.ErrorBefore) { Times = BalanceSyncLimits.BreakerCalls + 1 });
        for (var i = 0; i < BalanceSyncLimits.BreakerCalls; i++)
        {
            Assert.IsType<CoreAnswer.Failed>(await AskAsync("1001"));
        }

        var left = Assert.IsType<CoreAnswer.NotNow>(await AskAsync("1001"));
        Assert.InRange(left.Wait, TimeSpan.FromSeconds(1), BalanceSyncLimits.BreakerPause);
        _time.Advance(BalanceSyncLimits.BreakerPause);
        Assert.IsType<CoreAnswer.Failed>(await AskAsync("1001"));
        Assert.IsType<CoreAnswer.NotNow>(await AskAsync("1001"));
        Assert.Equal(BalanceSyncLimits.BreakerCalls + 1, (await _admin.CallsAsync(Route)).Count);

        _time.Advance(BalanceSyncLimits.BreakerPause);
        for (var i = 0; i < 10; i++)
        {
            Assert.IsType<CoreAnswer.Balance>(await AskAsync("1001"));
        }
    }

    [Fact]
    public async Task Accounts_that_are_gone_do_not_count_against_it()
    {
        for (var i = 0; i < 3 * BalanceSyncLimits.BreakerCalls; i++)
        {
            Assert.IsType<CoreAnswer.Gone>(await AskAsync("1003"));
        }
    }

    [Fact]
    public async Task A_wrong_key_and_a_wrong_path_make_no_account_inactive()
    {
        using var stranger = NewClient(Options() with { ApiKey = "another" });
        Assert.Equal(new CoreAnswer.Failed("The core banking system answered 401."), await stranger.AskAsync("1001", Cancelled));
        using var lost = NewClient(Options() with { PathTemplate = "/elsewhere/{accountNumber}" });
        Assert.Equal(new CoreAnswer.Failed("The core banking system answered 404."), await lost.AskAsync("1001", Cancelled));
    }

    [Fact]
    public async Task One_that_cannot_be_reached_says_so()
    {
        using var nowhere = NewClient(Options() with { BaseUrl = new Uri("http://127.0.0.1:1") });
        Assert.StartsWith("The core banking system cannot be reached", Assert.IsType<CoreAnswer.Failed>(await nowhere.AskAsync("1001", Cancelled)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"body":[{"accountId":"7","currency":"MWK","availableBalance":12345678901234567.1234567890}]}""", "12345678901234567.1234567890")]
    [InlineData("""{"body":[{"accountId":"8"},{"accountId":"7","currency":"MWK","availableBalance":-0.10}]}""", "-0.10")]
    [InlineData("""{"body":[{"accountId":"7","currency":"MWK","availableBalance":0.00000000000000000000000000001}]}""", null)]
    [InlineData("""{"body":[{"accountId":"7","currency":"MWK","availableBalance":1000000000000000000}]}""", null)]
    [InlineData("""{"body":[{"accountId":"7","currency":"MWK","availableBalance":1e3}]}""", null)]
    [InlineData("""{"body":[{"accountId":"7","currency":"MWK","availableBalance":"1"}]}""", null)]
    [InlineData("""{"body":[{"accountId":"7","currency":"MWK","availableBalance":null}]}""", null)]
    [InlineData("""{"body":[{"accountId":"7","currency":"mwk","availableBalance":1}]}""", null)]
    [InlineData("""{"body":[{"accountId":"7","availableBalance":1}]}""", null)]
    [InlineData("""{"body":[{"accountId":"8","currency":"MWK","availableBalance":1}]}""", null)]
    [InlineData("""{"body":[]}""", null)]
    [InlineData("""{"body":{}}""", null)]
    [InlineData("""[]""", null)]
    [InlineData("""null""", null)]
    [InlineData("", null)]
    public void What_is_no_exact_balance_of_the_account_is_none(string answer, string? balance)
    {
        CoreAnswer Read() => new CounterpartAnswer("It", HttpStatusCode.OK, RetryAfter: null, Encoding.UTF8.GetBytes(answer)).Read(json => T24Client.BalanceIn(json, "7"));
        if (balance is null)
        {
            Assert.Throws<CounterpartException>(Read);
        }
        else
        {
            Assert.Equal(balance, Assert.IsType<CoreAnswer.Balance>(Read()).Available.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData("T24_BASE_URL", "t24.bank.example", "T24_BASE_URL must be an http or https address")]
    [InlineData("T24_BASE_URL", "https://user:secret@t24.bank.example", "T24_BASE_URL must be an http or https address")]
    [InlineData("T24_API_KEY", "", "T24_API_KEY is missing")]
    [InlineData("T24_API_KEY", "a\r\nb", "T24_API_KEY must be of printable ASCII")]
    [InlineData("T24_PATH_TEMPLATE", "/accounts", "T24_PATH_TEMPLATE is '/accounts'")]
    [InlineData("T24_TIMEOUT_MS", "0", "T24_TIMEOUT_MS is '0'")]
    [InlineData("BALANCE_SYNC_INTERVAL", "999", "BALANCE_SYNC_INTERVAL is '999'")]
    [InlineData("BALANCE_SYNC_INTERVAL", "five", "BALANCE_SYNC_INTERVAL is 'five'")]
    public void A_wrong_setting_is_named(string name, string value, string message)
    {
        var settings = new Dictionary<string, string?> { ["T24_BASE_URL"] = "https://t24.bank.example/api", ["T24_API_KEY"] = "key" };
        var right = CoreBankingOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        Assert.Equal("https://t24.bank.example/api/holdings/accounts/7/balances", right.AddressOf("7").AbsoluteUri);
        settings[name] = value;
        var wrong = Assert.Throws<ArgumentException>(() => CoreBankingOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()));
        Assert.Contains(message, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_settings_there_is_no_core_banking_system_and_five_minutes_between_sweeps()
    {
        var options = CoreBankingOptions.Read(null);
        Assert.Equal((null, TimeSpan.FromMinutes(5), "/holdings/accounts/{accountNumber}/balances"), (options.BaseUrl, options.Interval, options.PathTemplate));
        using var none = NewClient(options);
        Assert.False(none.IsConfigured);
    }

    private CoreBankingOptions Options() => new() { BaseUrl = _server.T24Url, ApiKey = new SimulatorOptions().T24ApiKey };

    private T24Client NewClient(CoreBankingOptions options) => new(options, _time, NullLogger<CounterpartCalls>.Instance);

    private Task<CoreAnswer> AskAsync(string account) => _client.AskAsync(account, Cancelled);
}
