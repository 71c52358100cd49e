using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using WalletGrains.Api.VirtualAccounts;
using WalletGrains.Contracts;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Simulators.Admin;
using Xunit;

namespace WalletGrains.Api.Tests.VirtualAccounts;

/// <summary>The bank's statements against what is credited.</summary>
[Collection(BankTests.Name)]
public sealed class BankReconciliationTests(BankFixture bank)
{
    private const string Path = "/ops/reconciliation/bank";
    private const string Header = "reference,account,amount,time\r\n";

    // Each test has a day of its own, long ago.
    private static int s_days;

    private readonly string _reference = $"FT-{Guid.NewGuid():N}";
    private readonly DateOnly _day = new DateOnly(2020, 1, 1).AddDays(Interlocked.Increment(ref s_days));

    [Fact]
    public async Task What_the_two_sides_do_not_agree_about_is_found_and_what_was_missed_is_credited_by_a_click()
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        foreach (var (name, amount, reported) in new[] { ("same", 10m, true), ("lost", 20m, false), ("other", 30m, true), ("ours", 40m, true) })
        {
            await bank.Admin.PayInAsync(new PayInRequest(account, amount) { Reference = $"{_reference} {name}", OccurredAt = At(12), Notify = reported });
        }

        foreach (var name in new[] { "same", "other", "ours" })
        {
            await jobs.DoneAsync(BankFixture.Crediting, $"{_reference} {name}");
        }

        await bank.Admin.PayInAsync(new PayInRequest("9999999999", 50) { Reference = $"{_reference} stranger", OccurredAt = At(13) });
        await jobs.DeadAsync(BankFixture.Crediting, $"{_reference} stranger");

        // The bank's own file, but for one line that is changed and one that is left out.
        var statement = (await StatementAsync()).Replace(",30.00,", ",30.01,", StringComparison.Ordinal);
        statement = string.Join("\r\n", statement.Split("\r\n").Where(line => !line.StartsWith($"{_reference} ours", StringComparison.Ordinal)));
        var result = (await CompareAsync(statement)).Json;
        Assert.Equal((false, 4, 1), (result.GetProperty("ok").GetBoolean(), result.GetProperty("lines").GetInt32(), result.GetProperty("matched").GetInt32()));
        Assert.Equal($"{_reference} stranger 9999999999 50 9999999999 50", Difference(result, "uncredited"));
        Assert.Equal($"{_reference} lost null {account} 20", Difference(result, "missingHere"));
        Assert.Equal(0, Count(result, "missingThere"));
        Assert.Equal($"{_reference} other {account} 30 {account} 30.01", Difference(result, "different"));
        Assert.Equal(result.GetRawText(), (await bank.Api.Operator().GetAsync($"{Path}?date={_day:yyyy-MM-dd}")).Text);

        var clicks = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => CreditAsync($"{_reference} lost")));
        Assert.All(clicks, click => Assert.Equal("""{"status":"RECEIVED"}""", click.Text));
        await jobs.DoneAsync(BankFixture.Crediting, $"{_reference} lost");
        Assert.Equal((100m, 4L), await caller.ReadWalletAsync(walletId));

        // And the report that was thought to be lost comes after all.
        await bank.Admin.ReportAsync($"{_reference} lost");
        Assert.Equal(0, (await bank.Admin.WaitForWebhooksAsync()).Pending);
        Assert.Equal((100m, 4L), await caller.ReadWalletAsync(walletId));
        var after = (await CompareAsync(await StatementAsync())).Json;
        Assert.Equal((5, 4, 1, 0, 0, 0), (
            after.GetProperty("lines").GetInt32(), after.GetProperty("matched").GetInt32(), Count(after, "uncredited"),
            Count(after, "missingHere"), Count(after, "missingThere"), Count(after, "different")));
    }

    /// <summary>Whoever has the secret says what he likes of when it was.</summary>
    [Theory]
    [InlineData("2020-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z")]
    [InlineData(null)]
    public async Task A_payment_that_the_bank_has_not_is_found_on_the_day_it_was_reported_whatever_time_it_tells(string? occurredAt)
    {
        await using var jobs = await bank.BeginAsync();
        var (_, _, account) = await bank.RegisterAsync(jobs);
        var time = occurredAt is null ? "" : $",\"occurredAt\":\"{occurredAt}\"";
        Assert.Equal(200, (await bank.ReportAsync($$"""{"event":"credit","reference":"{{_reference}}","accountNumber":"{{account}}","amount":40{{time}}}""")).Status);
        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        Assert.Equal($"{_reference} {account} 40 null", Assert.Single(await MissingThereAsync(await DayOfReportAsync(jobs, _reference))));
        Assert.True((bool)(await jobs.ReadAsync("select occurred_at = received_at from bank_credits where reference = $1", _reference))!);
    }

    [Fact]
    public async Task A_payment_of_the_evening_that_is_reported_after_midnight_is_missing_only_where_it_is_in_the_statement_of_neither_day()
    {
        await using var jobs = await bank.BeginAsync();
        var (booked, forged) = ($"{_reference} booked", $"{_reference} forged");
        foreach (var reference in new[] { booked, forged })
        {
            Assert.Equal(200, (await bank.ReportAsync($$"""{"event":"credit","reference":"{{reference}}","accountNumber":"0000014579","amount":40}""")).Status);
            await jobs.DeadAsync(BankFixture.Crediting, reference);
        }

        // What is reported when somebody compares may not be there when he looks.
        var reportedOn = await DayOfReportAsync(jobs, forged);
        await HaveBeenPaidOnAsync(reportedOn.AddDays(-1), "received_at");
        Assert.Contains($"{forged} 0000014579 40 null", await MissingThereAsync(reportedOn));

        var day = new DateOnly(2010, 1, 1);
        await HaveBeenPaidOnAsync(day, "$2 + interval '2 seconds'");
        Assert.Equal($"{forged} 0000014579 40 null", Assert.Single(await MissingThereAsync(day.AddDays(1))));

        // And compares the statement of the day that they tell.
        async Task HaveBeenPaidOnAsync(DateOnly paidOn, string receivedAt)
        {
            var paidAt = new DateTime(paidOn, new TimeOnly(23, 59, 59), DateTimeKind.Utc);
            await jobs.ReadAsync($"update bank_credits set occurred_at = $2, received_at = {receivedAt} where reference like $1", $"{_reference}%", paidAt);
            await CompareAsync($"{Header}{booked},0000014579,40.00,{paidAt:yyyy-MM-dd'T'HH:mm:ss'Z'}\r\n", query: $"?date={paidOn:yyyy-MM-dd}");
        }
    }

    /// <summary>The report of one says when it was made, that of the other does not, or not so that it can be believed.</summary>
    [Theory]
    [InlineData("2011-01-07", true)]
    [InlineData("2011-01-21", false)]
    public async Task A_payment_of_Friday_that_is_reported_on_Monday_is_missing_only_where_the_statement_of_Friday_has_it_not(string friday, bool isReportedFirst)
    {
        await using var jobs = await bank.BeginAsync();
        var (walletId, account) = (await bank.Api.Customer().OpenWalletAsync(), NewAccount());
        var (paidAt, reportedAt) = (DateTime.Parse($"{friday}T12:00:00", CultureInfo.InvariantCulture), DateTime.Parse($"{friday}T09:00:00", CultureInfo.InvariantCulture).AddDays(3));
        var statement = Header + string.Concat(new[] { "altered", "silent", "told" }.Select(name => $"{_reference} {name},{account},40.00,{paidAt:yyyy-MM-dd'T'HH:mm:ss'Z'}\r\n"));
        if (!isReportedFirst)
        {
            Assert.Equal(3, Count((await CompareAsync(statement, query: $"?date={friday}")).Json, "missingHere"));
        }

        foreach (var (name, amount) in new[] { ("altered", 41), ("forged", 40), ("silent", 40), ("told", 40) })
        {
            Assert.Equal(200, (await bank.ReportAsync(BankFixture.ReportOf($"{_reference} {name}", account, $"{amount}"))).Status);
            await jobs.DeadAsync(BankFixture.Crediting, $"{_reference} {name}");
        }

        await jobs.ReadAsync(
            "update bank_credits set received_at = $2, occurred_at = case when reference like '% told' then $3 else $2 end where reference like $1",
            $"{_reference}%",
            DateTime.SpecifyKind(reportedAt, DateTimeKind.Utc),
            DateTime.SpecifyKind(paidAt, DateTimeKind.Utc));
        await GiveAccountAsync(jobs, account, walletId);
        await bank.RetryAsync(jobs, BankFixture.Crediting, $"{_reference} silent");
        await jobs.DoneAsync(BankFixture.Crediting, $"{_reference} silent");
        if (isReportedFirst)
        {
            var result = (await CompareAsync(statement, query: $"?date={friday}")).Json;
            Assert.Equal((1, 1, 1), (result.GetProperty("matched").GetInt32(), Count(result, "different"), Count(result, "uncredited")));
        }

        // A reference that somebody has learnt is not enough: what the comparison has not seen here must be what the statement says.
        string[] missing = isReportedFirst ? ["forged"] : ["altered", "forged"];
        Assert.Equal(
            missing.Select(name => $"{_reference} {name}"),
            (await MissingThereAsync(DateOnly.FromDateTime(reportedAt))).Select(difference => difference[..difference.IndexOf($" {account}", StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task The_time_of_a_report_that_is_too_far_away_is_left_out_where_the_payment_is_stored_whoever_sends_it()
    {
        await using var jobs = await bank.BeginAsync();
        foreach (var (days, isLeftOut) in new[] { (-8, true), (-6, false), (6, false), (8, true) })
        {
            var reference = $"{_reference} {days}";
            var credit = new BankCredit(
                reference, "0000014579", new Money(100, Currency.Parse("NGN")), null, null, DateTimeOffset.UtcNow.AddDays(days), BankCreditSource.Webhook);
            Assert.Equal(BankCreditReceipt.New, await bank.Api.Grains.GetGrain<IBankInboxGrain>(0).ReceiveAsync(credit));
            Assert.Equal(isLeftOut, await jobs.ReadAsync("select occurred_at = received_at from bank_credits where reference = $1", reference));
        }
    }

    [Fact]
    public async Task A_payment_that_is_known_and_in_no_wallet_is_credited_by_a_click_when_its_account_exists()
    {
        await using var jobs = await bank.BeginAsync();
        var (walletId, account) = await PayStrangerAsync(jobs);
        Assert.Equal($"{_reference} {account} 50 {account} 50", Difference((await CompareAsync(await StatementAsync())).Json, "uncredited"));
        await GiveAccountAsync(jobs, account, walletId);
        Assert.Equal(200, (await CreditAsync(_reference)).Status);
        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        Assert.Equal((50m, 1L), await bank.Api.Operator().ReadWalletAsync(walletId));
        Assert.True((await CompareAsync(await StatementAsync())).Json.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task A_payment_that_was_given_up_is_credited_only_when_an_operator_says_so_by_name()
    {
        await using var jobs = await bank.BeginAsync();
        var (walletId, account) = await PayStrangerAsync(jobs);
        await bank.DiscardAsync(jobs, BankFixture.Crediting, _reference);
        var result = (await CompareAsync(await StatementAsync())).Json;
        Assert.Equal((true, 0, 0), (result.GetProperty("ok").GetBoolean(), result.GetProperty("matched").GetInt32(), Count(result, "uncredited")));
        Assert.Equal($"{_reference} {account} 50 {account} 50", Difference(result, "discarded"));

        await GiveAccountAsync(jobs, account, walletId);
        (await CreditAsync(_reference)).AssertProblem(422, "PAYMENT_DISCARDED");
        (await CreditAsync(_reference, ",\"reopen\":false")).AssertProblem(422, "PAYMENT_DISCARDED");
        Assert.Equal((0m, 0L), await bank.Api.Operator().ReadWalletAsync(walletId));
        var clicks = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => CreditAsync(_reference, ",\"reopen\":true")));
        Assert.All(clicks, click => Assert.Equal(200, click.Status));
        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        Assert.Equal((50m, 1L), await bank.Api.Operator().ReadWalletAsync(walletId));
        Assert.Equal(1, (await CompareAsync(await StatementAsync())).Json.GetProperty("matched").GetInt32());
    }

    [Fact]
    public async Task A_click_on_a_payment_that_was_reported_otherwise_meanwhile_says_so()
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        await bank.Admin.PayInAsync(new PayInRequest(account, 50) { Reference = _reference, OccurredAt = At(13), Notify = false });
        Assert.Equal(1, Count((await CompareAsync(await StatementAsync())).Json, "missingHere"));
        Assert.Equal(200, (await bank.ReportAsync($$"""{"event":"credit","reference":"{{_reference}}","accountNumber":"{{account}}","amount":51}""")).Status);
        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        (await CreditAsync(_reference)).AssertProblem(422, "PAYMENT_DIFFERS");
        Assert.Equal((51m, 1L), await caller.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task A_comparison_of_before_uncredited_payments_were_listed_is_still_shown()
    {
        await using var jobs = await bank.BeginAsync();
        await jobs.ReadAsync(
            "insert into bank_reconciliations values ($1, now(), convert_to($2, 'UTF8'))",
            _day,
            $$$"""{"day":"{{{_day:yyyy-MM-dd}}}","ranAt":"2020-01-01T00:00:00+00:00","lines":3,"matched":2,"uncredited":1,"missingHere":{"count":0,"listed":[]},"missingThere":{"count":0,"listed":[]},"different":{"count":0,"listed":[]}}""");
        var shown = (await bank.Api.Operator().GetAsync($"{Path}?date={_day:yyyy-MM-dd}")).Json;
        Assert.Equal((false, 3, 0), (shown.GetProperty("ok").GetBoolean(), shown.GetProperty("lines").GetInt32(), Count(shown, "uncredited")));
    }

    [Fact]
    public async Task Only_what_the_comparison_lists_as_missing_is_credited()
    {
        await using var jobs = await bank.BeginAsync();
        (await CreditAsync($"{_reference} invented")).AssertProblem(404, "NOT_FOUND");
        Assert.Equal(200, (await CompareAsync(Header)).Status);
        (await CreditAsync($"{_reference} invented")).AssertProblem(404, "NOT_FOUND");
        Assert.Equal(0, await jobs.CountAsync("select count(*) from bank_credits where reference like $1", _reference + "%"));
    }

    [Fact]
    public async Task A_statement_of_thousands_of_payments_is_compared_in_full_and_lists_the_first_thousand_differences()
    {
        await using var jobs = await bank.BeginAsync();
        var statement = new StringBuilder(Header);
        for (var i = 0; i < 5_000; i++)
        {
            statement.Append(CultureInfo.InvariantCulture, $"{_reference}/{i},0000014579,{i + 1}.50,{At(10).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\r\n");
        }

        var result = (await CompareAsync(statement.ToString())).Json;
        Assert.Equal((5_000, 5_000, 1_000), (
            result.GetProperty("lines").GetInt32(), Count(result, "missingHere"), result.GetProperty("missingHere").GetProperty("items").GetArrayLength()));
    }

    [Fact]
    public void A_stray_quote_in_a_large_statement_is_found_without_reading_the_rest_of_it()
    {
        // Were the field to go on to the next quote, this would take a quarter of an hour.
        var line = $",0000014579,1,{At(9).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\r\n";
        var statement = $"{Header}FT-1{line}\"FT-2{line}{string.Concat(Enumerable.Range(3, 49_000).Select(i => $"FT-{i}{line}"))}";
        var (lines, problem) = StatementUpload.Parse(statement, _day);
        Assert.Equal((null, "Line 3: the quotes do not match."), (lines, problem?.Detail));
    }

    [Fact]
    public void Fields_may_be_quoted_as_RFC_4180_says()
    {
        var time = $"{At(9).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}";
        var (lines, _) = StatementUpload.Parse($"\uFEFFreference,\"account\",amount,time\n\n\"FT,\"\"1\"\"\",\"0000014579\",2.50,\"{time}\"\nFT\"2,0000014579,1,{time}\n", _day);
        Assert.Equal([("FT,\"1\"", 250), ("FT\"2", 100)], lines!.Select(line => (line.Reference, line.AmountMinor)));
    }

    [Theory]
    [InlineData("", "The first line must be reference,account,amount,time.")]
    [InlineData("reference,account,amount\r\n", "The first line must be reference,account,amount,time.")]
    [InlineData("FT-1,0000014579,1,{0}", "The first line must be reference,account,amount,time.")]
    [InlineData(Header + "FT-1,0000014579,1", "Line 2: there are 3 fields and not 4.")]
    [InlineData(Header + ",0000014579,1,{0}", "Line 2: the reference must have 1 to 100 characters.")]
    [InlineData(Header + "FT-1,14579,1,{0}", "Line 2: the account must have ten digits.")]
    [InlineData(Header + "FT-1,0000014579,0,{0}", "Line 2: the amount must be a decimal number above zero, such as 100.50.")]
    [InlineData(Header + "FT-1,0000014579,\"1,000.00\",{0}", "Line 2: the amount must be a decimal number above zero, such as 100.50.")]
    [InlineData(Header + "FT-1,0000014579,1.005,{0}", "Line 2: the amount must be a decimal number above zero, such as 100.50.")]
    [InlineData(Header + "FT-1,0000014579,1,noon", "Line 2: the time must be one with its offset, such as 2030-01-31T12:00:00Z.")]
    [InlineData(Header + "FT-1,0000014579,1,1999-01-01T00:00:00Z", "Line 2: the time is not of the day {1} (UTC).")]
    [InlineData(Header + "\"FT,1\",0000014579,1,{0}\r\n\"FT,1\",0000014579,1,{0}", "Line 3: the reference is there already.")]
    [InlineData(Header + "\"FT-1,0000014579,1,{0}", "Line 2: the quotes do not match.")]
    [InlineData(Header + "\"FT-1\"x,0000014579,1,{0}", "Line 2: the quotes do not match.")]
    [InlineData(Header + "\"FT\"\",0000014579,1,{0}", "Line 2: the quotes do not match.")]
    [InlineData(Header + "\r\nFT-1,0000014579,1,{0},", "Line 3: there are 5 fields and not 4.")]
    [InlineData(Header + "FT-1,0000014579,1,\"{0}\n\"", "Line 2: the quotes do not match.")]
    public async Task A_statement_that_is_none_is_refused_with_the_line(string statement, string detail)
    {
        var (time, day) = ($"{At(9).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}", _day.ToString("O", CultureInfo.InvariantCulture));
        var refused = (await CompareAsync(statement.Replace("{0}", time, StringComparison.Ordinal))).AssertProblem(400, "VALIDATION");
        Assert.Equal(detail.Replace("{1}", day, StringComparison.Ordinal), refused.Json.GetProperty("detail").GetString());
        (await bank.Api.Operator().GetAsync($"{Path}?date={day}")).AssertProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_statement_has_its_type_its_bound_and_its_day_and_is_for_operators()
    {
        (await CompareAsync("{}", mediaType: "application/json")).AssertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
        (await CompareAsync(new string('x', ApiLimits.MaxStatementBytes + 1))).AssertProblem(413, "BODY_TOO_LARGE");
        (await CompareAsync(Header, query: "")).AssertProblem(400, "VALIDATION");
        (await CompareAsync(Header, query: "?date=2020-13-01")).AssertProblem(400, "VALIDATION");
        (await CompareAsync(Header, query: "?date=9999-12-31")).AssertProblem(400, "VALIDATION");
        (await bank.Api.Operator().GetAsync($"{Path}?date=9999-12-31")).AssertProblem(400, "VALIDATION");
        Assert.Equal(200, (await CompareAsync(Header, query: $"?date={DateTime.UtcNow.AddDays(1):yyyy-MM-dd}")).Status);
        (await CompareAsync(Header, caller: bank.Api.Customer())).AssertProblem(403, "FORBIDDEN");
        (await CompareAsync(Header, caller: bank.Api.Service())).AssertProblem(403, "FORBIDDEN");
        (await bank.Api.Customer().PostAsync($"{Path}/credit", """{"date":"2020-01-01","reference":"FT-1"}""")).AssertProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task A_statement_that_is_too_large_is_told_its_own_bound_however_it_is_framed()
    {
        using var content = new ChunkedContent(Encoding.ASCII.GetBytes(new string('x', ApiLimits.MaxStatementBytes + 1)), "text/csv");
        var refused = (await bank.Api.Operator().SendAsync(HttpMethod.Post, $"{Path}?date={_day:yyyy-MM-dd}", content)).AssertProblem(413, "BODY_TOO_LARGE");
        Assert.Equal("A statement may have at most 8388608 bytes.", refused.Json.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_statement_that_is_no_UTF_8_is_refused()
    {
        var line = $"{Header}{_reference} caf\u00e9,0000014579,1,{At(9).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\r\n";
        foreach (var (encoding, status) in new[] { (Encoding.Latin1, 400), (Encoding.UTF8, 200) })
        {
            using var content = new ByteArrayContent(encoding.GetBytes(line)) { Headers = { ContentType = new("text/csv") } };
            var reply = await bank.Api.Operator().SendAsync(HttpMethod.Post, $"{Path}?date={_day:yyyy-MM-dd}", content);
            Assert.Equal((status, status == 400), (reply.Status, reply.Text.Contains("The body is not valid UTF-8.", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void A_statement_has_fifty_thousand_payments_at_most()
    {
        var line = $",0000014579,1,{At(9).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\r\n";
        var statement = $"{Header}{string.Concat(Enumerable.Range(1, 50_000).Select(i => $"FT-{i}{line}"))}";
        Assert.Equal(50_000, StatementUpload.Parse(statement, _day).Lines!.Count);
        var (lines, problem) = StatementUpload.Parse($"{statement}FT-0{line}", _day);
        Assert.Equal((null, "A statement may have at most 50000 payments."), (lines, problem?.Detail));
    }

    private DateTimeOffset At(int hour) => new(_day, new TimeOnly(hour, 0), TimeSpan.Zero);

    private async Task<string> StatementAsync()
    {
        var lines = (await bank.Admin.CreditsAsync()).Where(credit => DateOnly.FromDateTime(credit.OccurredAt.UtcDateTime) == _day);
        return Header + string.Concat(lines.Select(line => string.Create(
            CultureInfo.InvariantCulture, $"{line.Reference},{line.AccountNumber},{line.Amount:0.00},{line.OccurredAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\r\n")));
    }

    private async Task<Reply> CompareAsync(string statement, string mediaType = "text/csv", string? query = null, ApiCaller? caller = null)
    {
        using var content = new StringContent(statement, Encoding.UTF8, new MediaTypeHeaderValue(mediaType));

        // So that what is refused for its size is not sent.
        return await (caller ?? bank.Api.Operator()).SendAsync(HttpMethod.Post, Path + (query ?? $"?date={_day:yyyy-MM-dd}"), content, ("Expect", "100-continue"));
    }

    /// <summary>A payment to an account that no wallet has yet.</summary>
    private async Task<(Guid WalletId, string AccountNumber)> PayStrangerAsync(JobWatch jobs)
    {
        var account = NewAccount();
        await bank.Admin.PayInAsync(new PayInRequest(account, 50) { Reference = _reference, OccurredAt = At(13) });
        await jobs.DeadAsync(BankFixture.Crediting, _reference);
        return (await bank.Api.Customer().OpenWalletAsync(), account);
    }

    private static string NewAccount() => Random.Shared.NextInt64(10_000_000_000).ToString("D10", CultureInfo.InvariantCulture);

    private static async Task GiveAccountAsync(JobWatch jobs, string account, Guid walletId) =>
        await jobs.ReadAsync("insert into virtual_accounts values ($1, $2, 'Ada Obi', '103', 'Globus Bank', 'globus', 'NGN', now())", account, walletId);

    private Task<Reply> CreditAsync(string reference, string more = "") =>
        bank.Api.Operator().PostAsync($"{Path}/credit", $$"""{"date":"{{_day:yyyy-MM-dd}}","reference":"{{reference}}"{{more}}}""");

    /// <summary>Compares an empty statement; what is missing there of this test.</summary>
    private async Task<List<string>> MissingThereAsync(DateOnly day) =>
        [.. (await CompareAsync(Header, query: $"?date={day:yyyy-MM-dd}")).Json.GetProperty("missingThere").GetProperty("items").EnumerateArray()
            .Where(item => item.GetProperty("reference").GetString()!.StartsWith(_reference, StringComparison.Ordinal)).Select(Text)];

    private static async Task<DateOnly> DayOfReportAsync(JobWatch jobs, string reference) =>
        (DateOnly)(await jobs.ReadAsync("select (received_at at time zone 'UTC')::date from bank_credits where reference = $1", reference))!;

    private static int Count(JsonElement result, string kind) => result.GetProperty(kind).GetProperty("count").GetInt32();

    /// <summary>The only difference of a kind: its reference, what is here, what the bank has.</summary>
    private static string Difference(JsonElement result, string kind) => Text(Assert.Single(result.GetProperty(kind).GetProperty("items").EnumerateArray()));

    private static string Text(JsonElement item) => $"{item.GetProperty("reference").GetString()} {Side(item, "here")} {Side(item, "bank")}";

    private static string Side(JsonElement item, string side) =>
        item.TryGetProperty(side, out var line) ? $"{line.GetProperty("accountNumber").GetString()} {line.GetProperty("amount").GetRawText()}" : "null";
}
