using WalletGrains.Contracts.Jobs;
using WalletGrains.Host.Startup;
using WalletGrains.Simulators.Faults;
using Xunit;

namespace WalletGrains.Api.Tests.VirtualAccounts;

/// <summary>Virtual accounts from a bank that misbehaves.</summary>
[Collection(BankTests.Name)]
public sealed class GlobusTests(BankFixture bank)
{
    private const string CreateAccount = "globus.create-account";
    private const string Token = "globus.token";

    [Theory]
    [InlineData(CreateAccount, FaultKind.TimeoutBefore)]
    [InlineData(CreateAccount, FaultKind.TimeoutAfter)]
    [InlineData(CreateAccount, FaultKind.ErrorBefore)]
    [InlineData(CreateAccount, FaultKind.ErrorAfter)]
    [InlineData(CreateAccount, FaultKind.Malformed)]
    [InlineData(CreateAccount, FaultKind.Slow)]
    [InlineData(Token, FaultKind.TimeoutAfter)]
    [InlineData(Token, FaultKind.ErrorBefore)]
    [InlineData(Token, FaultKind.Malformed)]
    public async Task A_wallet_gets_one_account_whatever_goes_wrong_with_a_call(string route, FaultKind fault)
    {
        await using var jobs = await bank.BeginAsync();
        await bank.Admin.RevokeTokensAsync();
        await bank.Admin.SetFaultsAsync(new FaultRule(route, fault) { Times = 1 });
        var (_, walletId, number) = await bank.RegisterAsync(jobs);

        var account = Assert.Single(await bank.Admin.AccountsAsync());
        Assert.Equal((number, "Ada Obi", $"walletgrains-{walletId:N}"), (account.AccountNumber, account.AccountName, account.ClientReference));
        Assert.Equal(2, await jobs.CountAsync("select attempts from jobs where kind = $1 and key = $2", BankFixture.Creation, walletId.ToString()));
    }

    [Fact]
    public async Task After_three_failures_it_is_a_dead_letter_until_an_operator_tries_again()
    {
        await using var jobs = await bank.BeginAsync();
        await bank.Admin.SetFaultsAsync(new FaultRule(CreateAccount, FaultKind.ErrorAfter));
        var (caller, _, walletId) = await bank.Api.RegisterAsync();
        Assert.Equal("The bank answered 500 INTERNAL.", await jobs.DeadAsync(BankFixture.Creation, walletId.ToString()));
        Assert.Equal(3, await bank.Admin.WaitForCallsAsync(CreateAccount, 3));
        Assert.Equal("""{"status":"PENDING"}""", (await caller.GetAsync($"/wallets/{walletId}/virtual-account")).Text);
        Assert.Contains("[DEAD LETTER]", await bank.Api.ReadWorkerLogAsync(), StringComparison.Ordinal);

        await bank.Admin.SetFaultsAsync();
        await bank.RetryAsync(jobs, BankFixture.Creation, walletId.ToString());
        await jobs.DoneAsync(BankFixture.Creation, walletId.ToString());
        Assert.Equal(
            Assert.Single(await bank.Admin.AccountsAsync()).AccountNumber,
            (await caller.GetAsync($"/wallets/{walletId}/virtual-account")).Json.GetProperty("accountNumber").GetString());
    }

    [Fact]
    public async Task An_account_number_that_another_wallet_has_is_a_dead_letter()
    {
        await using var jobs = await bank.BeginAsync();

        // The bank has made the account, and nobody here has heard of it: so its number is known before it is written.
        await bank.Admin.SetFaultsAsync(new FaultRule(CreateAccount, FaultKind.ErrorAfter));
        var (caller, _, walletId) = await bank.Api.RegisterAsync();
        await jobs.DeadAsync(BankFixture.Creation, walletId.ToString());
        var number = Assert.Single(await bank.Admin.AccountsAsync()).AccountNumber;
        await jobs.ReadAsync("insert into virtual_accounts values ($1, gen_random_uuid(), 'Other', '103', 'Globus Bank', 'globus', 'NGN', now())", number);

        await bank.Admin.SetFaultsAsync();
        await bank.RetryAsync(jobs, BankFixture.Creation, walletId.ToString());
        await jobs.UntilAsync(
            "select exists (select from jobs where kind = $1 and key = $2 and state = 4 and last_error = 'Every account number that was offered belongs to another wallet.')",
            BankFixture.Creation,
            walletId.ToString());
        Assert.Equal("""{"status":"PENDING"}""", (await caller.GetAsync($"/wallets/{walletId}/virtual-account")).Text);
        Assert.Equal(1, await jobs.CountAsync("select count(*) from virtual_accounts where account_number = $1", number));
    }

    [Fact]
    public async Task A_bank_that_wants_to_be_left_alone_is_and_no_attempts_are_used_up()
    {
        await using var jobs = await bank.BeginAsync();
        await bank.Admin.SetFaultsAsync(new FaultRule(CreateAccount, FaultKind.Throttled) { Times = 3, RetryAfterSeconds = 1 });
        var (_, walletId, _) = await bank.RegisterAsync(jobs);
        var calls = (await bank.Admin.CallsAsync(CreateAccount)).Where(call => call.Status != 401).ToList();
        Assert.Equal([429, 429, 429, 201], calls.Select(call => call.Status));
        Assert.All(calls.Zip(calls.Skip(1)), pair => Assert.True(pair.Second.ReceivedAt - pair.First.ReceivedAt >= TimeSpan.FromSeconds(0.95), $"{pair}"));
        Assert.Equal(1, await jobs.CountAsync("select attempts from jobs where kind = $1 and key = $2", BankFixture.Creation, walletId.ToString()));
    }

    [Fact]
    public async Task What_the_bank_refuses_for_good_is_not_asked_again()
    {
        await using var jobs = await bank.BeginAsync();
        var userId = Guid.CreateVersion7();

        // The bank takes no empty name; we do not either, so this one was written by somebody else.
        await InsertUserAsync(jobs, userId, name: "");
        await bank.Api.Grains.GetGrain<IJobGrain>(BankFixture.Creation).WakeAsync();
        Assert.Equal("The bank answered 400 BAD_REQUEST.", await jobs.DeadAsync(BankFixture.Creation, userId.ToString()));
        Assert.Equal(1, await jobs.CountAsync("select attempts from jobs where job_id = $1", userId));
    }

    [Fact]
    public async Task A_token_is_fetched_once_and_again_when_the_bank_refuses_it()
    {
        await using var jobs = await bank.BeginAsync();
        await bank.RegisterAsync(jobs);
        await bank.RegisterAsync(jobs);
        await bank.RegisterAsync(jobs);
        Assert.InRange(await bank.Admin.WaitForCallsAsync(Token, 1), 0, 1);
        var before = (await bank.Admin.CallsAsync(Token)).Count;

        await bank.Admin.RevokeTokensAsync();
        await bank.RegisterAsync(jobs);
        Assert.Equal(before + 1, (await bank.Admin.CallsAsync(Token)).Count);
        Assert.Equal(0, await jobs.CountAsync("select count(*) from jobs where kind = $1 and state = 4 and last_error like '%401%'", BankFixture.Creation));
    }

    [Theory]
    [InlineData(600, 10, 5, 5)]
    [InlineData(0, 20, 1, 5)]
    public async Task The_bank_is_called_five_times_at_once_and_ten_times_a_second_at_most(int delayMs, int count, int leastAtOnce, int leastInASecond)
    {
        // Slow calls show how many are under way at once, quick ones how many begin in a second.
        await using var jobs = await bank.BeginAsync();
        await bank.Admin.SetFaultsAsync(new FaultRule(CreateAccount, FaultKind.Slow) { DelayMs = delayMs });
        var users = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var userId in users)
        {
            await InsertUserAsync(jobs, userId, "Ada Obi");
        }

        await bank.Api.Grains.GetGrain<IJobGrain>(BankFixture.Creation).WakeAsync();
        foreach (var userId in users)
        {
            await jobs.DoneAsync(BankFixture.Creation, userId.ToString());
        }

        var calls = (await bank.Admin.SummarizeCallsAsync()).Single(route => route.Route == CreateAccount);
        Assert.Equal(count, await bank.Admin.WaitForCallsAsync(CreateAccount, count));
        Assert.InRange(calls.PeakConcurrency, leastAtOnce, 5);
        Assert.InRange(calls.BusiestSecond, leastInASecond, 11);
        Assert.Equal(count, (await bank.Admin.AccountsAsync()).Select(account => account.AccountNumber).Distinct().Count());
    }

    [Fact]
    public async Task A_customer_who_registers_does_not_wait_for_those_who_registered_before_there_were_virtual_accounts()
    {
        await using var jobs = await bank.BeginAsync();
        var early = Enumerable.Range(0, 30).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var userId in early)
        {
            await InsertUserAsync(jobs, userId, "Ada Obi");
        }

        var (_, walletId, _) = await bank.RegisterAsync(jobs);
        Assert.InRange(await jobs.CountAsync("select count(*) from jobs where kind = $1 and state = 3 and job_id = any ($2)", BankFixture.Creation, early.ToArray()), 0, 25);
        Assert.Equal(0, await jobs.CountAsync("select lane from jobs where kind = $1 and key = $2", BankFixture.Creation, walletId.ToString()));
        await jobs.UntilAsync("select count(*) = 30 from jobs where kind = $1 and state = 3 and job_id = any ($2)", BankFixture.Creation, early.ToArray());
    }

    [Fact]
    public async Task A_user_whom_an_older_version_registers_during_an_update_gets_an_account_too()
    {
        const string Recovery = "virtual-account-recovery";
        await using var jobs = await bank.BeginAsync();
        var userId = Guid.CreateVersion7();
        await InsertUserAsync(jobs, userId, "Ada Obi", hasJob: false);
        await jobs.ReadAsync("update jobs set due_at = now() where kind = $1", Recovery);
        await bank.Api.Grains.GetGrain<IJobGrain>(Recovery).WakeAsync();
        await jobs.DoneAsync(BankFixture.Creation, userId.ToString());
        Assert.Equal($"walletgrains-{userId:N}", Assert.Single(await bank.Admin.AccountsAsync()).ClientReference);
    }

    [Fact]
    public async Task A_host_whose_settings_of_the_bank_are_wrong_does_not_start()
    {
        await using var api = new ApiFixture();
        var refused = await Assert.ThrowsAsync<StartupException>(() => api.StartAsync("Development", proxied: null, "--GLOBUS_CLIENT_ID=us"));
        Assert.Equal("GLOBUS_BASE_URL is missing, and there is a GLOBUS_CLIENT_ID.", refused.Message);
    }

    [Theory]
    [InlineData("Production", "", "GLOBUS_CLIENT_ID is missing")]
    [InlineData("Development", "false", "GLOBUS_CLIENT_ID is missing")]
    [InlineData("Production", "yes", "GLOBUS_MOCK is 'yes'")]
    public async Task A_host_without_a_bank_does_not_start_where_account_numbers_may_not_be_made_up(string environment, string allowed, string why)
    {
        await using var api = new ApiFixture();
        var refused = await Assert.ThrowsAsync<StartupException>(() => api.StartAsync(environment, proxied: null, $"--GLOBUS_MOCK={allowed}"));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    private static async Task InsertUserAsync(JobWatch jobs, Guid userId, string name, bool hasJob = true) => await jobs.ReadAsync(
        """
        with written as (
            insert into users (user_id, email, email_key, password_hash, full_name, role, wallet_id, wallet_currency, created_at)
            values ($1, $2, $2, '', $3, 'customer', $1, 'NGN', now()) returning user_id
        )
        insert into jobs (job_id, kind, key, lane, payload, state, due_at, attempts, created_at, updated_at)
        select user_id, 'create-virtual-account', user_id::text, 1, '', 1, now(), 0, now(), now() from written where $4
        """,
        userId,
        $"{userId:N}@example.com",
        name,
        hasJob);
}
