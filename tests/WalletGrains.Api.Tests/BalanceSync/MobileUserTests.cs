using WalletGrains.Contracts.Users;
using WalletGrains.Simulators;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Faults;
using WalletGrains.Simulators.T24;
using Xunit;

namespace WalletGrains.Api.Tests.BalanceSync;

/// <summary>A host beside a core banking system on a real socket.</summary>
public sealed class CoreBankingFixture : IAsyncLifetime
{
    private SimulatorServer? _server;
    private SimulatorAdmin? _admin;

    public ApiFixture Api { get; } = new();

    public SimulatorAdmin Admin => _admin!;

    public async ValueTask InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        _admin = new SimulatorAdmin(_server.Address);
        await Api.StartAsync(
            "Development",
            proxied: null,
            $"--T24_BASE_URL={_server.T24Url}",
            $"--T24_API_KEY={new SimulatorOptions().T24ApiKey}",
            "--Jobs:Kinds:balance-sync:FirstBackoff=00:00:00.001");
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        _admin?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

/// <summary>The core banking system knows accounts before they are synchronized: a sweep may come at any time, and what is not there becomes inactive.</summary>
public sealed class MobileUserTests(CoreBankingFixture core) : IClassFixture<CoreBankingFixture>
{
    private readonly string _username = $"ada.{Guid.NewGuid():N}";
    private readonly string _account = $"{Random.Shared.NextInt64(1_000_000_000, 9_999_999_999)}";

    private ApiFixture Api => core.Api;

    private SimulatorAdmin Admin => core.Admin;

    [Fact]
    public async Task A_mobile_user_signs_in_with_a_fresh_balance_and_goes_on_like_any_user()
    {
        await Admin.SetCoreAccountsAsync(new CoreAccount(_account, 1_500.50m) { LockedAmount = 0.5m });
        var created = await CreateAsync();
        Assert.Equal(201, created.Status);
        var id = created.Json.GetProperty("mobileUserId").GetGuid();
        Assert.Equal(("MOBILE_BANKING", true, _account), (
            created.Json.GetProperty("context").GetString(), created.Json.GetProperty("isActive").GetBoolean(), created.Json.GetProperty("accountNumber").GetString()));
        Assert.Equal(WithoutBalances(created), WithoutBalances(await Api.Operator().GetAsync($"/mobile-users/{id}")));
        Assert.DoesNotContain(ApiFixture.Password, created.Text, StringComparison.Ordinal);

        var login = await LoginAsync(_username.ToUpperInvariant());
        Assert.Equal(200, login.Status);
        Assert.Equal((id, "1500.00", "MWK", true), (
            login.Json.GetProperty("mobileUserId").GetGuid(),
            login.Json.GetProperty("balance").GetRawText(),
            login.Json.GetProperty("currency").GetString(),
            login.Json.GetProperty("balanceIsFresh").GetBoolean()));

        var caller = Api.WithToken(login.Json.GetProperty("accessToken").GetString()!);
        Assert.Equal((id, "customer"), await MeAsync(caller));
        Assert.Equal(202, (await caller.PostAsync($"/mobile-users/{id}/sync", "")).Status);
        var refreshed = await Api.Anonymous().PostAsync("/auth/refresh", $$"""{"refreshToken":"{{login.Json.GetProperty("refreshToken").GetString()}}"}""");
        Assert.Equal(200, refreshed.Status);
    }

    [Fact]
    public async Task A_transaction_in_a_mobile_users_wallet_has_its_balance_asked_for()
    {
        await Admin.SetCoreAccountsAsync(new CoreAccount(_account, 20m));
        var created = await CreateAsync();
        var caller = Api.As(UserRole.Customer, created.Json.GetProperty("mobileUserId").GetGuid());
        var before = (await Admin.CallsAsync("t24.balances", _account)).Count;
        var walletId = await caller.OpenWalletAsync();
        Assert.Equal(200, (await Api.Operator().PostAsync($"/wallet/{walletId}/deposit", """{"amount":5}""")).Status);
        Assert.InRange(await Admin.WaitForCallsAsync("t24.balances", before + 1, _account), before + 1, int.MaxValue);
    }

    [Fact]
    public async Task An_unknown_name_a_wrong_password_and_an_inactive_user_are_answered_alike()
    {
        var id = (await CreateAsync()).Json.GetProperty("mobileUserId").GetGuid();
        var unknown = await LoginAsync($"nobody.{Guid.NewGuid():N}");
        unknown.AssertProblem(401, "UNAUTHENTICATED");
        Assert.Equal(Body(unknown), Body(await LoginAsync(_username, "wrong horse battery")));

        var signedIn = Api.WithToken((await LoginAsync(_username)).Json.GetProperty("accessToken").GetString()!);
        Assert.False((await PatchAsync($"/mobile-users/{id}", """{"isActive":false}""")).Json.GetProperty("isActive").GetBoolean());
        Assert.Equal(Body(unknown), Body(await LoginAsync(_username)));
        (await signedIn.GetAsync("/auth/me")).AssertProblem(401, "UNAUTHENTICATED");
        (await Api.Operator().PostAsync($"/mobile-users/{id}/sync", "")).AssertProblem(422, "NOTHING_TO_SYNC");
        await PatchAsync($"/mobile-users/{id}", """{"isActive":true}""");
        Assert.Equal(200, (await LoginAsync(_username)).Status);
    }

    [Fact]
    public async Task A_name_belongs_to_one_user_and_a_user_of_the_wallet_has_no_balance_here()
    {
        Assert.Equal(201, (await CreateAsync(context: "WALLET")).Status);
        (await CreateAsync(username: _username.ToUpperInvariant())).AssertProblem(409, "USERNAME_TAKEN");
        var login = await LoginAsync(_username);
        Assert.Equal((200, false, false), (login.Status, login.Json.GetProperty("balanceIsFresh").GetBoolean(), login.Json.TryGetProperty("balance", out _)));
        var id = login.Json.GetProperty("mobileUserId").GetGuid();
        (await Api.Operator().PostAsync($"/mobile-users/{id}/sync", "")).AssertProblem(422, "NOTHING_TO_SYNC");
    }

    [Fact]
    public async Task While_the_core_banking_system_is_slow_a_login_shows_what_it_told_last()
    {
        await Admin.SetCoreAccountsAsync(new CoreAccount(_account, 10m));
        await CreateAsync();
        Assert.True((await LoginAsync(_username)).Json.GetProperty("balanceIsFresh").GetBoolean());
        await Admin.BookAsync(_account, 5m);
        await Admin.SetFaultsAsync(new FaultRule("t24.balances", FaultKind.Held) { Key = _account });
        var login = await LoginAsync(_username);
        Assert.Equal(("10", false), (login.Json.GetProperty("balance").GetRawText(), login.Json.GetProperty("balanceIsFresh").GetBoolean()));
        Assert.Matches(ApiCaller.TimePattern, login.Json.GetProperty("balanceAt").GetString());
        await Admin.SetFaultsAsync();
        await Admin.ReleaseAsync();
    }

    [Fact]
    public async Task Accounts_are_added_and_one_of_them_is_primary()
    {
        await Admin.SetCoreAccountsAsync(new CoreAccount(_account, 1m), new CoreAccount("7700", 1m));
        var id = (await CreateAsync()).Json.GetProperty("mobileUserId").GetGuid();
        var added = await Api.Operator().PostAsync($"/mobile-users/{id}/accounts", """{"accountNumber":"7700","accountType":"SAVINGS","isPrimary":true}""");
        Assert.Equal(201, added.Status);
        Assert.Equal([("7700", true), (_account, false)], added.Json.GetProperty("accounts").EnumerateArray()
            .Select(account => (account.GetProperty("accountNumber").GetString()!, account.GetProperty("isPrimary").GetBoolean())));
        (await Api.Operator().PostAsync($"/mobile-users/{id}/accounts", """{"accountNumber":"7700"}""")).AssertProblem(409, "ACCOUNT_TAKEN");
        await PatchAsync($"/mobile-users/{id}/accounts", $$"""{"accountNumber":"{{_account}}","isPrimary":true}""");
        var changed = await PatchAsync($"/mobile-users/{id}/accounts", """{"accountNumber":"7700","isActive":false}""");
        Assert.Equal([(_account, true, true), ("7700", false, false)], changed.Json.GetProperty("accounts").EnumerateArray().Select(account =>
            (account.GetProperty("accountNumber").GetString()!, account.GetProperty("isPrimary").GetBoolean(), account.GetProperty("isActive").GetBoolean())));
        (await PatchAsync($"/mobile-users/{id}/accounts", """{"accountNumber":"9","isActive":true}""")).AssertProblem(404, "NOT_FOUND");
        for (var i = 2; i < 20; i++)
        {
            Assert.Equal(201, (await Api.Operator().PostAsync($"/mobile-users/{id}/accounts", $$"""{"accountNumber":"880{{i}}"}""")).Status);
        }

        (await Api.Operator().PostAsync($"/mobile-users/{id}/accounts", """{"accountNumber":"8899"}""")).AssertProblem(422, "TOO_MANY_ACCOUNTS");
    }

    [Fact]
    public async Task A_closed_account_is_inactive_and_says_why()
    {
        await Admin.SetCoreAccountsAsync(new CoreAccount(_account, 10m) { IsClosed = true });
        var id = (await CreateAsync()).Json.GetProperty("mobileUserId").GetGuid();
        Assert.False((await LoginAsync(_username)).Json.GetProperty("balanceIsFresh").GetBoolean());
        var account = (await Api.Operator().GetAsync($"/mobile-users/{id}")).Json.GetProperty("accounts")[0];
        Assert.Equal((false, "The account is closed (AC-ACCOUNT.CLOSED)."), (account.GetProperty("isActive").GetBoolean(), account.GetProperty("inactiveReason").GetString()));
    }

    [Fact]
    public async Task The_sync_is_started_and_stopped_by_operators_and_shown_to_all_who_signed_in()
    {
        Assert.True((await Api.Operator().PostAsync("/api/sync/start", "")).Json.GetProperty("running").GetBoolean());
        Assert.False((await Api.Operator().PostAsync("/api/sync/stop", "")).Json.GetProperty("running").GetBoolean());
        var status = (await Api.Customer().GetAsync("/api/sync/status")).Json;
        Assert.Equal(
            ["service", "priority", "background", "processing", "running", "lastRunAt", "succeeded", "failed"],
            status.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("balance-sync", false), (status.GetProperty("service").GetString(), status.GetProperty("running").GetBoolean()));
        (await Api.Customer().PostAsync("/api/sync/start", "")).AssertProblem(403, "FORBIDDEN");
        (await Api.Service().PostAsync("/api/sync/stop", "")).AssertProblem(403, "FORBIDDEN");
        (await Api.Anonymous().GetAsync("/api/sync/status")).AssertProblem(401, "UNAUTHENTICATED");
        await Api.Operator().PostAsync("/api/sync/start", "");
    }

    [Fact]
    public async Task Mobile_users_are_for_operators_and_their_sync_for_themselves()
    {
        var id = (await CreateAsync()).Json.GetProperty("mobileUserId").GetGuid();
        (await Api.Customer().GetAsync($"/mobile-users/{id}")).AssertProblem(403, "FORBIDDEN");
        (await Api.Customer().PostAsync("/mobile-users", "{}")).AssertProblem(403, "FORBIDDEN");
        (await Api.Customer().PostAsync($"/mobile-users/{id}/sync", "")).AssertProblem(404, "NOT_FOUND");
        Assert.Equal(202, (await Api.Service().PostAsync($"/mobile-users/{id}/sync", "")).Status);
        var unknown = Guid.CreateVersion7();
        (await Api.Operator().GetAsync($"/mobile-users/{unknown}")).AssertProblem(404, "NOT_FOUND");
        (await PatchAsync($"/mobile-users/{unknown}", """{"isActive":true}""")).AssertProblem(404, "NOT_FOUND");
        (await Api.Operator().PostAsync($"/mobile-users/{unknown}/accounts", """{"accountNumber":"1"}""")).AssertProblem(404, "NOT_FOUND");
        (await Api.Operator().PostAsync($"/mobile-users/{unknown}/sync", "")).AssertProblem(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("{}", "username is required")]
    [InlineData("""{"username":"a"}""", "username must have 3 to 64")]
    [InlineData("""{"username":"ada@example.com"}""", "username must have 3 to 64")]
    [InlineData("""{"username":"ada\u0000obi"}""", "username")]
    [InlineData("""{"username":"ada.obi","password":"short"}""", "password")]
    [InlineData("""{"username":"ada.obi","password":"correct horse battery","fullName":" "}""", "fullName")]
    [InlineData("""{"username":"ada.obi","password":"correct horse battery","fullName":"Ada","customerNumber":"../1"}""", "customerNumber must have letters and digits only")]
    [InlineData("""{"username":"ada.obi","password":"correct horse battery","fullName":"Ada","customerNumber":"1","accountNumber":"1/2"}""", "accountNumber must have letters and digits only")]
    [InlineData("""{"username":"ada.obi","password":"correct horse battery","fullName":"Ada","customerNumber":"1","accountNumber":"1","context":"mobile"}""", "context must be one of MOBILE_BANKING, WALLET")]
    [InlineData("""{"username":"ada.obi","balance":5}""", "balance")]
    [InlineData("null", "")]
    [InlineData("[]", "")]
    public async Task What_is_wrong_with_a_new_user_is_said_and_nothing_is_created(string body, string message)
    {
        var reply = await Api.Operator().PostAsync("/mobile-users", body);
        reply.AssertProblem(400, "VALIDATION");
        Assert.Contains(message, reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PATCH", "/mobile-users/{id}", "{}")]
    [InlineData("PATCH", "/mobile-users/{id}", """{"isActive":"yes"}""")]
    [InlineData("PATCH", "/mobile-users/{id}/accounts", """{"accountNumber":"1"}""")]
    [InlineData("PATCH", "/mobile-users/{id}/accounts", """{"isActive":true}""")]
    [InlineData("POST", "/mobile-users/{id}/accounts", """{"accountNumber":""}""")]
    [InlineData("POST", "/mobile-users/{id}/accounts", """{"accountNumber":"12345678901234567890123456789012345"}""")]
    [InlineData("POST", "/mobile-users/1/sync", "")]
    [InlineData("POST", "/mobile-users/login", """{"username":"ada.obi"}""")]
    [InlineData("POST", "/mobile-users/login", """{"password":"correct horse battery"}""")]
    [InlineData("POST", "/mobile-users/login", """{"username":"' or 1=1 --","password":"x"}""")]
    public async Task Bad_input_is_refused(string method, string path, string body)
    {
        var content = body.Length == 0 ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var reply = await Api.Operator().SendAsync(new HttpMethod(method), path.Replace("{id}", Guid.CreateVersion7().ToString(), StringComparison.Ordinal), content);
        reply.AssertProblem(400, "VALIDATION");
    }

    [Fact]
    public async Task A_password_that_is_easily_guessed_creates_nobody()
    {
        (await CreateAsync(password: "password123456")).AssertProblem(400, "VALIDATION");
        Assert.Equal(201, (await CreateAsync()).Status);
    }

    private static string Body(Reply reply) => System.Text.RegularExpressions.Regex.Replace(reply.Text, "\"(timestamp|correlationId)\":\"[^\"]*\"", "");

    /// <summary>Without what a sweep may write meanwhile.</summary>
    private static string WithoutBalances(Reply reply) =>
        System.Text.RegularExpressions.Regex.Replace(reply.Text, ",\"(balance|currency|lastSyncedAt|failedAt|lastError)\":(\"[^\"]*\"|[^,}]+)", "");

    private static async Task<(Guid, string?)> MeAsync(ApiCaller caller)
    {
        var me = (await caller.GetAsync("/auth/me")).Json;
        return (me.GetProperty("userId").GetGuid(), me.GetProperty("role").GetString());
    }

    private Task<Reply> CreateAsync(string? username = null, string context = "MOBILE_BANKING", string password = ApiFixture.Password) => Api.Operator().PostAsync(
        "/mobile-users",
        $$"""{"username":"{{username ?? _username}}","password":"{{password}}","fullName":"Ada Banda","customerNumber":"C100","accountNumber":"{{_account}}","context":"{{context}}"}""");

    private Task<Reply> LoginAsync(string username, string password = ApiFixture.Password) =>
        Api.Anonymous().PostAsync("/mobile-users/login", $$"""{"username":"{{username}}","password":"{{password}}"}""");

    private Task<Reply> PatchAsync(string path, string body) =>
        Api.Operator().SendAsync(HttpMethod.Patch, path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
}
