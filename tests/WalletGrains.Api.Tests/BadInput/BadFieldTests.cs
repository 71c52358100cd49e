using System.Text.RegularExpressions;
using Xunit;

namespace WalletGrains.Api.Tests.BadInput;

[Collection(ApiTests.Name)]
public sealed partial class BadFieldTests(BadInputFixture input) : BadInputTests(input)
{
    private static readonly (string Json, int Status, string Code)[] Amounts =
    [
        ("0", 400, "VALIDATION"), ("0.00", 400, "VALIDATION"), ("-0", 400, "VALIDATION"), ("-1", 400, "VALIDATION"), ("-0.01", 400, "VALIDATION"),
        ("1.005", 400, "VALIDATION"), ("0.001", 400, "VALIDATION"), ("1e400", 400, "VALIDATION"), ("1e2", 400, "VALIDATION"), ("1E-2", 400, "VALIDATION"),
        ("\"100\"", 400, "VALIDATION"), ("\"\"", 400, "VALIDATION"), ("null", 400, "VALIDATION"), ("true", 400, "VALIDATION"), ("[1]", 400, "VALIDATION"),
        ("{\"value\":1}", 400, "VALIDATION"), ("NaN", 400, "VALIDATION"), ("Infinity", 400, "VALIDATION"), ("01", 400, "VALIDATION"), ("1.", 400, "VALIDATION"),
        (".5", 400, "VALIDATION"), ("+1", 400, "VALIDATION"), ("0x10", 400, "VALIDATION"), ("1_000", 400, "VALIDATION"), ("1 000", 400, "VALIDATION"),
        ("92233720368547758.08", 422, "AMOUNT_TOO_LARGE"), ("9223372036854775808", 422, "AMOUNT_TOO_LARGE"), ("-9223372036854775808", 400, "VALIDATION"),
        ("ten thousand digits", 422, "AMOUNT_TOO_LARGE"), ("ten thousand digits below zero", 400, "VALIDATION"), ("ten thousand decimals", 400, "VALIDATION"),
    ];

    private static readonly string[] Texts = ["\\u0000", "a\\u001fb", "\\n", "\\u007f", "\\ud800", "\\udc00\\ud800", "a\\ud83d"];

    public static TheoryData<string, string, int, string> AmountRows()
    {
        var rows = new TheoryData<string, string, int, string>();
        foreach (var route in BodyRoute.WithAmount)
        {
            foreach (var (json, status, code) in Amounts)
            {
                if (json != "null" || !route.AllOptional)
                {
                    rows.Add(route.Path, json, status, code);
                }
            }
        }

        return rows;
    }

    public static TheoryData<string> RequiredAmounts() => [.. BodyRoute.WithAmount.Where(route => !route.AllOptional).Select(route => route.Path)];

    public static TheoryData<string> WithRequestId() => [.. BodyRoute.All.Values.Where(route => route.RequestId is not null).Select(route => route.Path)];

    public static TheoryData<string> WithWords() => [.. BodyRoute.All.Values.Where(route => route.Words is not null).Select(route => route.Path)];

    public static TheoryData<string> WithMetadata() => [.. BodyRoute.All.Values.Where(route => route.TakesMetadata).Select(route => route.Path)];

    [Theory]
    [MemberData(nameof(AmountRows))]
    public async Task An_amount_that_is_none_is_refused(string path, string amount, int status, string code)
    {
        var json = amount switch
        {
            "ten thousand digits" => new string('9', 10_000),
            "ten thousand digits below zero" => "-" + new string('9', 10_000),
            "ten thousand decimals" => "0." + new string('1', 10_000),
            _ => amount,
        };
        (await PostAsync(path, With(path, BodyRoute.All[path].First, json))).AssertProblem(status, code);
    }

    [Theory]
    [MemberData(nameof(RequiredAmounts))]
    public async Task A_missing_field_is_named(string path)
    {
        foreach (var member in MemberNames().Matches(BodyRoute.All[path].Members).Select(match => match.Groups[1].Value))
        {
            var reply = await PostAsync(path, With(path, member, "null"));
            Assert.Contains("required", reply.AssertProblem(400, "VALIDATION").Json.GetProperty("errors").GetProperty(member)[0].GetString(), StringComparison.Ordinal);
        }

        (await PostAsync(path, "{}")).AssertProblem(400, "VALIDATION");
    }

    [Theory]
    [MemberData(nameof(WithWords))]
    public async Task A_description_with_control_characters_or_half_a_character_or_too_long_is_refused(string path)
    {
        var member = BodyRoute.All[path].Words!;
        foreach (var json in Texts.Append(new string('x', 501)).Select(text => $"\"{text}\"").Append("7"))
        {
            var errors = (await PostAsync(path, With(path, member, json))).AssertProblem(400, "VALIDATION").Json.GetProperty("errors");
            Assert.NotEmpty(errors.GetProperty(member)[0].GetString()!);
        }
    }

    [Theory]
    [MemberData(nameof(WithRequestId))]
    public async Task A_request_id_that_is_empty_or_too_long_or_has_control_characters_is_refused(string path)
    {
        var member = BodyRoute.All[path].RequestId!;
        foreach (var text in Texts.Append("").Append(new string('x', 256)))
        {
            (await PostAsync(path, With(path, member, $"\"{text}\""))).AssertProblem(400, "VALIDATION");
        }

        (await PostAsync(path, With(path, member, "7"))).AssertProblem(400, "VALIDATION");
        (await PostAsync(path, BodyRoute.All[path].Body, ("Idempotency-Key", new string('x', 256)))).AssertProblem(400, "VALIDATION");
        (await PostAsync(path, With(path, member, "\"one\""), ("Idempotency-Key", "two"))).AssertProblem(400, "VALIDATION");
    }

    [Theory]
    [MemberData(nameof(WithMetadata))]
    public async Task Metadata_that_is_no_flat_object_of_texts_is_refused(string path)
    {
        foreach (var json in new[]
        {
            "7", "true", "\"text\"", "[]", "[{\"a\":\"b\"}]", "{\"a\":1}", "{\"a\":null}", "{\"a\":true}", "{\"a\":{\"b\":\"c\"}}", "{\"a\":[\"b\"]}",
            "{\"a\":\"b\",\"a\":\"b\"}", "{\"a\":\"b\",\"\\u0061\":\"c\"}", "{\"\":\"b\"}", "{\"a\":\"\\u0000\"}", "{\"a\\n\":\"b\"}",
            "{\"a\":\"\\ud800\"}", "{\"\\udc00\":\"b\"}", $"{{\"a\":\"{new string('x', 2_048)}\"}}", $"{{\"{new string('é', 1_024)}\":\"b\"}}",
        })
        {
            var errors = (await PostAsync(path, With(path, "metadata", json))).AssertProblem(400, "VALIDATION").Json.GetProperty("errors");
            Assert.StartsWith("metadata must be", errors.GetProperty("metadata")[0].GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/wallet/{own}/holds", "expiresInSeconds", "31622401")]
    [InlineData("/wallet/{own}/limits", "countPerMinute", "1000001")]
    public async Task A_count_that_is_none_is_refused(string path, string member, string tooLarge)
    {
        foreach (var json in new[] { tooLarge, "0", "-1", "1.5", "1e2", "1e400", "\"60\"", "true", "[1]", "9223372036854775808", new string('9', 10_000) })
        {
            var errors = (await PostAsync(path, With(path, member, json))).AssertProblem(400, "VALIDATION").Json.GetProperty("errors");
            Assert.StartsWith($"{member} must be a whole number", errors.GetProperty(member)[0].GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Idempotency-Key: ")]
    [InlineData("Idempotency-Key: one\r\nIdempotency-Key: two")]
    [InlineData("Idempotency-Key: a\tb")]
    public async Task An_idempotency_key_in_the_header_that_is_none_is_refused(string header)
    {
        const string Body = """{"amount":1}""";
        var (status, text) = await RawConnection.SendAsync(
            Api.Address,
            $"POST /wallet/{Own}/deposit HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {Caller.Token}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {Body.Length}\r\n{header}\r\n\r\n{Body}");
        Assert.True(status == 400, text);
        Assert.True(RawConnection.Body(text).GetProperty("errors").TryGetProperty("Idempotency-Key", out _), text);
    }

    [Theory]
    [InlineData("\"usd\"")]
    [InlineData("\"Usd\"")]
    [InlineData("\"XXX\"")]
    [InlineData("\"\"")]
    [InlineData("\"USDT\"")]
    [InlineData("\"\\u0000\"")]
    public async Task An_unknown_or_lower_case_currency_is_refused(string json) =>
        (await PostAsync("/wallets", $$"""{"currency":{{json}}}""")).AssertProblem(422, "UNKNOWN_CURRENCY");

    [Theory]
    [InlineData("currency", "7")]
    [InlineData("currency", "\"\\ud800\"")]
    [InlineData("ownerId", "\"ada\"")]
    [InlineData("ownerId", "7")]
    public async Task A_field_of_another_type_is_refused_when_a_wallet_is_opened(string member, string json) =>
        (await PostAsync("/wallets", $$"""{"{{member}}":{{json}}}""")).AssertProblem(400, "VALIDATION");

    [Theory]
    [InlineData("email", "null")]
    [InlineData("email", "\"\"")]
    [InlineData("email", "\"nobody\"")]
    [InlineData("email", "\"@example.com\"")]
    [InlineData("email", "\"nobody@\"")]
    [InlineData("email", "\"no body@example.com\"")]
    [InlineData("email", "\"nobody@example\"")]
    [InlineData("email", "\"nobody@@example.com\"")]
    [InlineData("email", "\"nobody@example..com\"")]
    [InlineData("email", "\"nobody@example.com\\n\"")]
    [InlineData("email", "\"nоbody@example.com\"")] // a Cyrillic o
    [InlineData("email", "\"<script>@example.com\"")]
    [InlineData("password", "null")]
    [InlineData("password", "\"nine char\"")]
    [InlineData("password", "\"ten chars\\u0000\"")]
    [InlineData("password", "1234567890")]
    [InlineData("fullName", "null")]
    [InlineData("fullName", "\"\"")]
    [InlineData("fullName", "\"   \"")]
    [InlineData("fullName", "\"Ada\\u0000\"")]
    [InlineData("phone", "\"\"")]
    [InlineData("phone", "\"12345\"")]
    [InlineData("phone", "\"+2348012345678901\"")]
    [InlineData("phone", "\"call me\"")]
    public async Task A_registration_with_a_wrong_field_is_refused(string member, string json)
    {
        var errors = (await PostAsync("/auth/register", With("/auth/register", member, json))).AssertProblem(400, "VALIDATION").Json.GetProperty("errors");
        Assert.Contains(member, errors.GetProperty(member)[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registration_with_fields_that_are_too_long_names_all_of_them_at_once()
    {
        var body = $$"""{"email":"{{new string('a', 250)}}@example.com","password":"{{new string('p', 129)}}","fullName":"{{new string('n', 201)}}"}""";
        var errors = (await PostAsync("/auth/register", body)).AssertProblem(400, "VALIDATION").Json.GetProperty("errors");
        Assert.Equal(["email", "fullName", "password"], errors.EnumerateObject().Select(error => error.Name).Order());
    }

    /// <summary>A valid body with one more member, or with another value for one of its members.</summary>
    private static string With(string path, string member, string json)
    {
        var members = BodyRoute.All[path].Members;
        var replaced = Regex.Replace(members, $"\"{member}\":(\"[^\"]*\"|[^,]+)", _ => $"\"{member}\":{json}");
        return members.Contains($"\"{member}\":", StringComparison.Ordinal) ? "{" + replaced + "}" : $$"""{{{members}},"{{member}}":{{json}}}""";
    }

    [GeneratedRegex("\"([A-Za-z_]+)\":")]
    private static partial Regex MemberNames();
}
