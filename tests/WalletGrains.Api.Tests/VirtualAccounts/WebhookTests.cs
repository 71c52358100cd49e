using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace WalletGrains.Api.Tests.VirtualAccounts;

/// <summary>What the bank reports, and what others would like us to believe that it does.</summary>
[Collection(BankTests.Name)]
public sealed class WebhookTests(BankFixture bank)
{
    public const string Path = "/api/v1/webhooks/globus";

    private readonly string _reference = $"FT-{Guid.NewGuid():N}";

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not hexadecimal")]
    [InlineData("00")]
    public async Task A_report_without_a_right_signature_is_refused_and_leaves_nothing(string? signature)
    {
        await using var jobs = await bank.BeginAsync();
        var body = Body("0000014579", "100");
        var reply = signature is null ? await bank.Api.Anonymous().PostAsync(Path, body) : await bank.ReportAsync(body, signature);
        reply.AssertProblem(401, "UNAUTHENTICATED");
        await AssertNotStoredAsync(jobs);
    }

    [Fact]
    public async Task A_report_is_refused_when_anything_of_it_or_of_its_signature_was_changed()
    {
        await using var jobs = await bank.BeginAsync();
        var body = Body("0000014579", "100");
        var signature = BankFixture.Sign(body, bank.Secret);
        var oneBit = signature[..^1] + (signature[^1] == '0' ? '1' : '0');
        foreach (var (sent, header) in new[]
        {
            (body, BankFixture.Sign(body, "another-secret-of-somebody")), (body, oneBit), (body, signature[..^2]), (body, signature + "00"), (body, "sha256=" + signature),
            (body.Replace("100", "900", StringComparison.Ordinal), signature), (body + " ", signature), (" " + body, signature),
            (body.Replace(":", ": ", StringComparison.Ordinal), signature), (body + "\n", signature),
        })
        {
            (await bank.ReportAsync(sent, header)).AssertProblem(401, "UNAUTHENTICATED");
        }

        (await bank.Api.Anonymous().PostAsync(Path, body, ("x-globus-signature", signature), ("x-globus-signature", signature))).AssertProblem(401, "UNAUTHENTICATED");
        await AssertNotStoredAsync(jobs);
    }

    [Fact]
    public async Task A_secret_is_changed_while_reports_go_on()
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        Assert.Equal("""{"status":"RECEIVED"}""", (await bank.ReportAsync(Body(account, "7"), secret: BankFixture.PreviousSecret)).Text);
        Assert.Equal(200, (await bank.ReportAsync(Body(account, "7"), signature: BankFixture.Sign(Body(account, "7"), bank.Secret).ToUpperInvariant())).Status);
        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        Assert.Equal((7m, 1L), await caller.ReadWalletAsync(walletId));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_body_above_the_limit_is_refused_before_it_is_hashed(bool isChunked, bool isSigned)
    {
        await using var jobs = await bank.BeginAsync();
        var body = Body("0000014579", "100", $",\"narration\":\"{new string('x', 70_000)}\"");
        using HttpContent content = isChunked
            ? new ChunkedContent(Encoding.UTF8.GetBytes(body), "application/json")
            : new StringContent(body, new MediaTypeHeaderValue("application/json"));

        // Signed rightly or not at all: the answer is the same, so the signature was not looked at.
        (string, string)[] signature = isSigned ? [("x-globus-signature", BankFixture.Sign(body, bank.Secret))] : [];
        (await bank.Api.Anonymous().SendAsync(HttpMethod.Post, Path, content, signature)).AssertProblem(413, "BODY_TOO_LARGE");
        await AssertNotStoredAsync(jobs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"event\":\"credit\"")]
    [InlineData("""{"event":5,"reference":"{0}","accountNumber":"0000014579","amount":1}""")]
    [InlineData("""{"event":"\ud800"}""")]
    [InlineData("""{"event":"\ud800","reference":"{0}","accountNumber":"0000014579","amount":1}""")]
    [InlineData("""{"event":"credit","reference":"{0}\ud800","accountNumber":"0000014579","amount":1}""")]
    [InlineData("""{"event":"","reference":"{0}","accountNumber":"0000014579","amount":1}""")]
    [InlineData("""{"reference":"{0}","accountNumber":"0000014579","amount":1}""")]
    [InlineData("""{"event":"credit","event":"credit","reference":"{0}","accountNumber":"0000014579","amount":1}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"0000014579","amount":1,"amount":2}""")]
    [InlineData("""{"event":"credit","accountNumber":"0000014579","amount":1}""")]
    [InlineData("""{"event":"credit","reference":"","accountNumber":"0000014579","amount":1}""")]
    [InlineData("""{"event":"credit","reference":"{0}\u0000","accountNumber":"0000014579","amount":1}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"000001457","amount":1}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"000001457x","amount":1}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":14579,"amount":1}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"0000014579"}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"0000014579","amount":"1"}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"0000014579","amount":0}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"0000014579","amount":-1}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"0000014579","amount":1.005}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"0000014579","amount":1e2}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"0000014579","amount":10000000000001}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"0000014579","amount":99999999999999999999}""")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"0000014579","amount":1,"currency":"ngn"}""")]
    public async Task What_is_signed_and_malformed_is_refused_and_leaves_nothing(string body)
    {
        await using var jobs = await bank.BeginAsync();
        (await bank.ReportAsync(body.Replace("{0}", _reference, StringComparison.Ordinal))).AssertProblem(400, "VALIDATION");
        await AssertNotStoredAsync(jobs);
    }

    [Theory]
    [InlineData("""{"event":"account.closed","reference":5,"amount":{"of":"another type"}}""")]
    [InlineData("""{"event":"CREDIT"}""")]
    public async Task Events_that_are_not_known_are_answered_with_200_and_ignored(string body) =>
        Assert.Equal("""{"status":"IGNORED"}""", (await bank.ReportAsync(body)).Text);

    [Fact]
    public async Task Members_that_are_not_known_keep_no_payment_back()
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        Assert.Equal(200, (await bank.ReportAsync(Body(account, "5", ",\"sessionId\":{\"new\":true,\"new\":1},\"sessionId\":2"))).Status);
        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        Assert.Equal(5, (await caller.ReadWalletAsync(walletId)).Balance);
    }

    [Theory]
    [InlineData("\"narration\":\"a\\u0000b\\nc\\td\\\\u0041\\\"/\"", "a b c d\\u0041\"/")]
    [InlineData("\"narration\":\"half \\ud83d, whole \\ud83d\\ude00\"", "half \uFFFD, whole \U0001F600")]
    [InlineData("\"narration\":\"\\u0007\"", null)]
    [InlineData("\"narration\":{\"of\":[\"another\",\"type\"]},\"senderName\":5", null)]
    [InlineData("\"narration\":null,\"senderName\":\"Ada\\u0085Obi\"", "From Ada Obi")]
    [InlineData("\"narration\":\"rent\",\"occurredAt\":\"yesterday\"", "rent")]
    [InlineData("\"narration\":\"rent\",\"occurredAt\":1767225600", "rent")]
    [InlineData("\"narration\":\"rent\",\"occurredAt\":\"\\ud800\"", "rent")]
    public async Task No_payment_is_refused_for_its_payers_words_or_its_time(string words, string? description)
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        Assert.Equal("""{"status":"RECEIVED"}""", (await bank.ReportAsync(Body(account, "5", "," + words))).Text);
        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        var entry = Assert.Single((await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(description, entry.TryGetProperty("description", out var text) ? text.GetString() : null);
    }

    [Theory]
    [InlineData("latin1", "caf\u00e9", "caf\uFFFD")]
    [InlineData("utf-8", "caf\u00e9", "caf\u00e9")]
    public async Task No_payment_is_refused_for_the_encoding_of_its_payers_words_or_its_time(string encoding, string words, string description)
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        var body = Encoding.GetEncoding(encoding).GetBytes(Body(account, "5", $",\"narration\":\"{words}\",\"{words}\":\"{words}\",\"occurredAt\":\"{words}\""));
        Assert.Equal("""{"status":"RECEIVED"}""", (await bank.ReportAsync([.. Encoding.UTF8.Preamble, .. body])).Text);
        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        var entry = Assert.Single((await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(description, entry.GetProperty("description").GetString());
    }

    [Theory]
    [InlineData("""{"event":"credit","reference":"{0}\u00e9","accountNumber":"0000014579","amount":1}""", "reference must be a string of whole characters.")]
    [InlineData("""{"event":"cr\u00e9dit","reference":"{0}","accountNumber":"0000014579","amount":1}""", "event must be a string of whole characters.")]
    [InlineData("""{"event":"credit","event":"credit","reference":"{0}","accountNumber":"0000014579","amount":1}""", "event is given more than once.")]
    [InlineData("""{"event":"credit","event":"other","reference":"{0}","accountNumber":"0000014579","amount":1}""", "event is given more than once.")]
    [InlineData("""{"event":"credit","reference":"{0}","accountNumber":"0000014579","amount":1,"amount":2}""", "amount is given more than once.")]
    public async Task What_says_where_the_money_goes_must_be_text_and_there_once_and_is_named(string body, string error)
    {
        await using var jobs = await bank.BeginAsync();
        var refused = await bank.ReportAsync(Encoding.Latin1.GetBytes(body.Replace("{0}", _reference, StringComparison.Ordinal).Replace("\\u00e9", "\u00e9", StringComparison.Ordinal)));
        Assert.Contains(error, refused.AssertProblem(400, "VALIDATION").Text, StringComparison.Ordinal);
        await AssertNotStoredAsync(jobs);
    }

    [Fact]
    public async Task Words_of_a_payer_that_are_too_long_are_cut_between_characters()
    {
        await using var jobs = await bank.BeginAsync();
        var (_, _, account) = await bank.RegisterAsync(jobs);
        var (sender, narration) = (new string('s', 5_000), new string('n', 199) + "\U0001F600\U0001F600");
        Assert.Equal(200, (await bank.ReportAsync(Body(account, "5", $",\"senderName\":\"{sender}\",\"narration\":\"{narration}\""))).Status);
        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        Assert.Equal(
            $"{sender[..200]} {narration[..199]}", await jobs.ReadAsync("select sender_name || ' ' || narration from bank_credits where reference = $1", _reference));
    }

    [Fact]
    public async Task A_repeat_of_a_payment_has_no_effect_however_late_and_however_often()
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        var body = Body(account, "40");
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => bank.ReportAsync(body)));
        Assert.All(replies, reply => Assert.Equal("""{"status":"RECEIVED"}""", reply.Text));
        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        Assert.Equal((40m, 1L), await caller.ReadWalletAsync(walletId));

        // The job is purged after a week, and the bank has found the report once more: nothing is enqueued for what is credited.
        await jobs.ReadAsync("delete from jobs where kind = $1 and key = $2", BankFixture.Crediting, _reference);
        Assert.Equal(200, (await bank.ReportAsync(body)).Status);
        Assert.Equal(0, await jobs.CountAsync("select count(*) from jobs where kind = $1 and key = $2", BankFixture.Crediting, _reference));
        Assert.Equal((40m, 1L), await caller.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task Another_content_under_a_known_reference_has_no_effect_and_operators_are_told_once()
    {
        await using var jobs = await bank.BeginAsync();
        var (caller, walletId, account) = await bank.RegisterAsync(jobs);
        var (other, otherWalletId, otherAccount) = await bank.RegisterAsync(jobs);
        Assert.Equal(200, (await bank.ReportAsync(Body(account, "40"))).Status);
        foreach (var body in new[] { Body(account, "41"), Body(account, "41"), Body(otherAccount, "40"), Body(account, "40", ",\"currency\":\"USD\"") })
        {
            Assert.Equal("""{"status":"RECEIVED"}""", (await bank.ReportAsync(body)).Text);
        }

        await jobs.DoneAsync(BankFixture.Crediting, _reference);
        await jobs.UntilAsync("select count(*) = 3 from jobs where kind = $1 and key like $2 and state = 4", BankFixture.Alert, _reference + "/%");
        Assert.Equal(
            $"Payment {_reference} was stored as 40.00 NGN to account {account} and then reported as 41.00 NGN to account {account}. The first report stands; nothing else is credited.",
            await jobs.ReadAsync("select last_error from jobs where kind = $1 and key like $2 and last_error like '%41.00%'", BankFixture.Alert, _reference + "/%"));
        Assert.Equal((40m, 1L), await caller.ReadWalletAsync(walletId));
        Assert.Equal((0m, 0L), await other.ReadWalletAsync(otherWalletId));
    }

    [Fact]
    public async Task Operators_are_told_of_a_contradiction_once_however_late_it_is_reported_again()
    {
        await using var jobs = await bank.BeginAsync();
        await bank.ReportAsync(Body("0000014579", "40"));
        await bank.ReportAsync(Body("0000014579", "41"));
        await jobs.DeadAsync(BankFixture.Alert, _reference + "/%");
        await jobs.ReadAsync("delete from jobs where kind = $1 and key like $2", BankFixture.Alert, _reference + "/%");
        Assert.Equal(200, (await bank.ReportAsync(Body("0000014579", "41"))).Status);
        Assert.Equal(0, await jobs.CountAsync("select count(*) from jobs where kind = $1 and key like $2", BankFixture.Alert, _reference + "/%"));
        Assert.Equal(200, (await bank.ReportAsync(Body("0000014579", "42"))).Status);
        Assert.Contains("42.00 NGN", await jobs.DeadAsync(BankFixture.Alert, _reference + "/%"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_runs_the_host_is_warned_of_what_is_refused_and_of_a_time_that_says_nothing()
    {
        await using var jobs = await bank.BeginAsync();
        var refused = new[] { ("UNAUTHENTICATED", 401), ("BODY_TOO_LARGE", 413), ("VALIDATION", 400) };
        var before = refused.ToDictionary(of => of.Item1, of => 0);
        foreach (var (code, _) in refused)
        {
            before[code] = await CountAsync(code);
        }

        var body = Body("0000014579", "0");
        (await bank.ReportAsync(body, secret: "another-secret-of-somebody")).AssertProblem(401, "UNAUTHENTICATED");
        using var large = new StringContent(new string('x', 70_000), new MediaTypeHeaderValue("application/json"));
        (await bank.Api.Anonymous().SendAsync(HttpMethod.Post, Path, large, ("Expect", "100-continue"))).AssertProblem(413, "BODY_TOO_LARGE");
        (await bank.ReportAsync(body)).AssertProblem(400, "VALIDATION");
        foreach (var (code, _) in refused)
        {
            Assert.Equal(before[code] + 1, await CountAsync(code));
        }

        foreach (var (name, time) in new[] { ("old", $"{DateTime.UtcNow.AddDays(-8):O}"), ("new", $"{DateTime.UtcNow.AddDays(8):O}"), ("none", "soon"), ("good", $"{DateTime.UtcNow.AddDays(-6):O}") })
        {
            var reference = $"{_reference}-{name}";
            Assert.Equal(200, (await bank.ReportAsync(Body("0000014579", "1", $",\"occurredAt\":\"{time}\"", reference))).Status);
            Assert.Equal(name == "good" ? 0 : 1, await CountAsync(reference));
            Assert.Equal(name != "good", await jobs.ReadAsync("select occurred_at = received_at from bank_credits where reference = $1", reference));
        }

        // What is refused, or cannot be read, is the front door's to tell; what is too far away, that of who has the database's time.
        async Task<int> CountAsync(string text) => $"{await bank.Api.ReadLogAsync()}{await bank.Api.ReadWorkerLogAsync()}".Split('\n').Count(line =>
            line.Contains(text, StringComparison.Ordinal) && line.Contains("bank", StringComparison.Ordinal) && line.Contains("report", StringComparison.Ordinal));
    }

    private string Body(string account, string amount, string more = "", string? reference = null) =>
        BankFixture.ReportOf(reference ?? _reference, account, amount, more);

    private async Task AssertNotStoredAsync(JobWatch jobs) =>
        Assert.Equal(0, await jobs.CountAsync("select count(*) from bank_credits where reference like $1", _reference + "%"));
}
