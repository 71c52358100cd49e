using WalletGrains.Contracts;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Faults;
using Xunit;
using BankCredit = WalletGrains.Contracts.VirtualAccounts.BankCredit;

namespace WalletGrains.Api.Tests.VirtualAccounts;

/// <summary>What becomes of payments that the bank has reported: to whom they are credited, and which wait for the bank or an operator.</summary>
[Collection(BankTests.Name)]
public sealed class BankCreditTests(BankFixture bank)
{
    private const string FindCredit = "globus.find-credit";

    private readonly string _reference = $"FT-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_payment_is_credited_with_the_bank_as_its_counter_account()
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        await bank.Admin.PayInAsync(new PayInRequest(account, 2_500.75m) { Reference = _reference, SenderName = "Ngozi Ọkọnkwọ", Narration = "rent" });
        await jobs.DoneAsync(BankFixture.Crediting, _reference);

        var entry = Assert.Single((await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(
            ("FUND", 2_500.75m, "From Ngozi Ọkọnkwọ: rent"),
            (entry.GetProperty("type").GetString(), entry.GetProperty("amount").GetDecimal(), entry.GetProperty("description").GetString()));
        Assert.Equal(
            $"external:globus v:globus/{_reference}",
            await jobs.ReadAsync("select counter_account || ' ' || request_id from entries where wallet_id = $1", walletId));
        Assert.Equal(
            entry.GetProperty("id").GetGuid(), await jobs.ReadAsync("select entry_id from bank_credits where reference = $1 and credited_at is not null", _reference));
        Assert.True((await bank.Api.Operator().GetAsync($"/ops/verify/{walletId}")).Json.GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task A_payment_to_an_unknown_account_is_a_dead_letter_and_credited_when_an_operator_retries_it_after_the_account_exists()
    {
        await using var jobs = await bank.BeginAsync();
        var walletId = await bank.Api.Customer().OpenWalletAsync();
        var account = Random.Shared.NextInt64(10_000_000_000).ToString("D10", System.Globalization.CultureInfo.InvariantCulture);
        await bank.Admin.PayInAsync(new PayInRequest(account, 15) { Reference = _reference });
        Assert.Equal(
            $"15.00 NGN were paid to account {account}, which no wallet has. Retry when it has, or send the money back.",
            await jobs.DeadAsync(BankFixture.Crediting, _reference));

        await jobs.ReadAsync("insert into virtual_accounts values ($1, $2, 'Ada Obi', '103', 'Globus Bank', 'globus', 'NGN', now())", account, walletId);
        await bank.RetryAsync(jobs, BankFixture.Crediting, _reference);
        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        Assert.Equal((15m, 1L), await bank.Api.Operator().ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task A_payment_that_an_operator_gave_up_is_not_credited_however_late_it_is_reported_again()
    {
        await using var jobs = await bank.BeginAsync();
        var walletId = await bank.Api.Customer().OpenWalletAsync();
        var account = Random.Shared.NextInt64(10_000_000_000).ToString("D10", System.Globalization.CultureInfo.InvariantCulture);
        await bank.ReportAsync(BankFixture.ReportOf(_reference, account, "15"));
        await jobs.DeadAsync(BankFixture.Crediting, _reference);
        await bank.DiscardAsync(jobs, BankFixture.Crediting, _reference);
        Assert.Equal(
            $"15.00 NGN were paid to account {account}, which no wallet has. Retry when it has, or send the money back.",
            await jobs.ReadAsync("select closed_because from bank_credits where reference = $1 and closed_at is not null", _reference));

        // The job is purged after a week, somebody has the account by then, and the report comes once more.
        await jobs.ReadAsync("delete from jobs where kind = $1 and key = $2", BankFixture.Crediting, _reference);
        await jobs.ReadAsync("insert into virtual_accounts values ($1, $2, 'Ada Obi', '103', 'Globus Bank', 'globus', 'NGN', now())", account, walletId);
        Assert.Equal("""{"status":"RECEIVED"}""", (await bank.ReportAsync(BankFixture.ReportOf(_reference, account, "15"))).Text);
        Assert.Equal(0, await jobs.CountAsync("select count(*) from jobs where kind = $1 and key = $2", BankFixture.Crediting, _reference));
        Assert.Equal((0m, 0L), await bank.Api.Operator().ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task A_payment_of_another_currency_is_a_dead_letter_and_uses_no_request_id_up()
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        await bank.Admin.PayInAsync(new PayInRequest(account, 5) { Reference = _reference, Currency = "USD" });
        Assert.Equal(
            $"5.00 USD were paid to account {account}, whose wallet holds NGN. Send the money back.", await jobs.DeadAsync(BankFixture.Verification, _reference));
        Assert.Equal((0m, 0L), await caller.ReadWalletAsync(walletId));
        Assert.Equal(0, await jobs.CountAsync("select count(*) from refusals where wallet_id = $1", walletId));
    }

    [Theory]
    [InlineData("freeze", "FROZEN")]
    [InlineData("close", "OPEN")]
    public async Task What_the_bank_has_received_is_credited_whatever_the_wallets_phase(string change, string after)
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        Assert.Equal(200, (await bank.Api.Operator().PostAsync($"/wallet/{walletId}/{change}", "")).Status);
        await bank.ReportAsync(BankFixture.ReportOf(_reference, account, "9"));
        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        var wallet = (await caller.GetAsync($"/wallet/{walletId}")).Json;
        Assert.Equal((9m, after), (wallet.GetProperty("balance").GetDecimal(), wallet.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task The_bank_is_asked_about_a_large_payment_before_it_is_credited()
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        await bank.Admin.SetFaultsAsync(new FaultRule(FindCredit, FaultKind.TimeoutBefore) { Times = 1 });
        await bank.Admin.PayInAsync(new PayInRequest(account, 1_000_000) { Reference = _reference });
        await jobs.DoneAsync(BankFixture.Verification, _reference);
        Assert.Equal((1_000_000m, 1L), await caller.ReadWalletAsync(walletId));
        Assert.Equal(2, (await bank.Admin.CallsAsync(FindCredit, _reference)).Count);
    }

    [Fact]
    public async Task A_large_payment_that_the_bank_does_not_confirm_is_not_credited()
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        await bank.Admin.SetFaultsAsync(new FaultRule(FindCredit, FaultKind.WrongAmount));
        await bank.Admin.PayInAsync(new PayInRequest(account, 2_000_000) { Reference = _reference });
        Assert.Equal(
            $"2000000.00 NGN to account {account} were reported, and the bank, when asked, has 2000001.00 NGN to account {account}. Nothing is credited.",
            await jobs.DeadAsync(BankFixture.Verification, _reference));

        // Somebody who has got hold of the secret reports what was never paid.
        await bank.ReportAsync(BankFixture.ReportOf(_reference + "-never", account, "3000000"));
        await jobs.UntilAsync("select exists (select from jobs where kind = $1 and key = $2 and state = 1 and attempts > 1)", BankFixture.Verification, _reference + "-never");
        await jobs.ReadAsync("update bank_credits set received_at = received_at - interval '10 minutes' where reference = $1", _reference + "-never");
        Assert.Equal("The bank was asked and knows no payment with this reference.", await jobs.DeadAsync(BankFixture.Verification, _reference + "-never"));
        Assert.Equal((0m, 0L), await caller.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task Large_payments_are_verified_five_at_once_and_hold_up_no_small_one()
    {
        const int Large = 15;
        await using var patient = new BankFixture { More = ["--GLOBUS_TIMEOUT_SECONDS=15", $"--Jobs:Kinds:{BankFixture.Creation}:RatePerSecond=1000"] };
        await patient.InitializeAsync();
        await using var jobs = await patient.BeginAsync();
        var (caller, walletId, account) = await patient.RegisterAsync(jobs);
        await patient.Admin.SetFaultsAsync(new FaultRule(FindCredit, FaultKind.Held));
        await Task.WhenAll(Enumerable.Range(0, Large).Select(i => patient.Admin.PayInAsync(new PayInRequest(account, 1_000_000) { Reference = $"{_reference}-{i}" })));
        await jobs.UntilAsync("select count(*) = $1 from jobs where kind = $2", (long)Large, BankFixture.Verification);
        Assert.Equal(5, await patient.Admin.WaitForCallsAsync(FindCredit, 5));

        await patient.Admin.PayInAsync(new PayInRequest(account, 999_999) { Reference = $"{_reference}-small" });
        await jobs.DoneAsync(BankFixture.Crediting, $"{_reference}-small");
        Assert.Equal((999_999m, 1L), await caller.ReadWalletAsync(walletId));

        // Whenever the bank answers about one, it is asked about one more.
        for (var answered = 1; answered <= Large; answered++)
        {
            Assert.Single(await patient.Admin.ReleaseAsync(FindCredit, count: 1));
            await jobs.UntilAsync("select count(*) = $1 from jobs where kind = $2 and state = 3", (long)answered, BankFixture.Verification);
            var asked = Math.Min(5 + answered, Large);
            Assert.Equal(asked, await patient.Admin.WaitForCallsAsync(FindCredit, asked));
        }

        Assert.Equal((15_999_999m, 16L), await caller.ReadWalletAsync(walletId));
        Assert.Equal(5, (await patient.Admin.SummarizeCallsAsync()).Single(route => route.Route == FindCredit).PeakConcurrency);
    }

    [Fact]
    public async Task A_large_payment_about_which_the_bank_answers_something_else_waits_for_its_right_answer()
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        await bank.Admin.SetFaultsAsync(new FaultRule(FindCredit, FaultKind.WrongAccount));
        await bank.Admin.PayInAsync(new PayInRequest(account, 1_000_000) { Reference = _reference });
        await jobs.UntilAsync("select exists (select from jobs where kind = $1 and key = $2 and state = 1 and last_error like '%not the payment%')", BankFixture.Verification, _reference);
        Assert.Equal((0m, 0L), await caller.ReadWalletAsync(walletId));
        await bank.Admin.SetFaultsAsync();
        await jobs.DoneAsync(BankFixture.Verification, _reference);
        Assert.Equal((1_000_000m, 1L), await caller.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task An_outage_makes_no_dead_letter_of_a_payment_however_long_it_lasts()
    {
        await using var jobs = await bank.BeginAsync();
        var walletId = await bank.Api.Customer().OpenWalletAsync();
        var account = Random.Shared.NextInt64(10_000_000_000).ToString("D10", System.Globalization.CultureInfo.InvariantCulture);
        await jobs.ReadAsync("insert into virtual_accounts values ($1, $2, 'Ada Obi', '103', 'Globus Bank', 'globus', 'NGN', now())", account, walletId);
        await jobs.ReadAsync("alter table virtual_accounts rename to virtual_accounts_away");
        try
        {
            await bank.ReportAsync(BankFixture.ReportOf(_reference, account, "15"));
            await jobs.UntilAsync("select exists (select from jobs where kind = $1 and key = $2 and state = 1 and attempts >= 12)", BankFixture.Crediting, _reference);

            // After an hour there is an alarm.
            await jobs.ReadAsync("update bank_credits set received_at = received_at - interval '1 hour' where reference = $1", _reference);
            await jobs.UntilAsync("select exists (select from jobs where kind = $1 and key = $2 and state = 1 and attempts >= 15)", BankFixture.Crediting, _reference);
        }
        finally
        {
            await jobs.ReadAsync("alter table virtual_accounts_away rename to virtual_accounts");
        }

        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        Assert.Equal((15m, 1L), await bank.Api.Operator().ReadWalletAsync(walletId));
        Assert.Contains(
            (await bank.Api.ReadWorkerLogAsync()).Split('\n'),
            line => line.Contains(_reference, StringComparison.Ordinal) && line.Contains("is tried on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_account_itself_credits_a_reference_once_whoever_asks()
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        var credit = new BankCredit(_reference, account, new Money(500, Currency.Parse("NGN")), null, null, null, BankCreditSource.Webhook);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => bank.Api.Grains.GetGrain<IVirtualAccountGrain>(account).CreditAsync(credit)));
        Assert.Single(outcomes.Select(outcome => Assert.IsType<BankCreditOutcome.Credited>(outcome).Entry.EntryId).Distinct());
        Assert.Equal((5m, 1L), await caller.ReadWalletAsync(walletId));
    }
}
