using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace WalletGrains.Api.Tests.BadInput;

[Collection(ApiTests.Name)]
public sealed class BadBodyTests(BadInputFixture input) : BadInputTests(input)
{
    private static readonly string[] Defects =
    [
        "empty", "null", "array", "text", "number", "truncated", "doubled", "trailing text", "trailing comma", "comment", "single quotes",
        "byte order mark", "unknown member", "duplicate member", "duplicate member in escapes", "wrong-case member", "nested 65 deep",
        "nested 65 deep in an unknown member", "invalid UTF-8", "invalid UTF-8 in a name", "UTF-16", "member __proto__", "null member",
    ];

    public static TheoryData<string, string> Rows()
    {
        var rows = new TheoryData<string, string>();
        foreach (var route in BodyRoute.All.Values)
        {
            foreach (var defect in Defects)
            {
                if (defect switch { "null member" => !route.AllOptional, "empty" => !route.MayBeEmpty, _ => true })
                {
                    rows.Add(route.Path, defect);
                }
            }
        }

        return rows;
    }

    public static TheoryData<string> Routes() => [.. BodyRoute.All.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_body_that_is_not_the_documented_object_is_refused(string path, string defect)
    {
        var reply = await PostAsync(path, Break(BodyRoute.All[path], defect));
        reply.AssertProblem(400, "VALIDATION");
        Assert.DoesNotContain("WalletGrains.", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_refusal_names_the_member_it_is_about(string path)
    {
        var route = BodyRoute.All[path];
        foreach (var (member, body) in new[]
        {
            ("bogus", $$"""{"bogus":1,{{route.Members}}}"""),
            ("odd name", $$"""{"odd name":1,{{route.Members}}}"""),
            (route.First, $$"""{{{route.Members}},"{{route.First}}":1}"""),
        })
        {
            var reply = await PostAsync(path, body);
            Assert.NotEmpty(reply.AssertProblem(400, "VALIDATION").Json.GetProperty("errors").GetProperty(member)[0].GetString()!);
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_body_above_64_KB_is_refused(string path)
    {
        var body = Encoding.UTF8.GetBytes(Fill(BodyRoute.All[path].Body).PadRight((64 * 1024) + 1));
        (await PostAsync(path, body)).AssertProblem(413, "BODY_TOO_LARGE");
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_body_above_64_KB_in_chunks_is_refused(string path)
    {
        var body = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(Fill(BodyRoute.All[path].Body).PadRight(200 * 1024))));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = SendAsync(path, body, ("Transfer-Encoding", "chunked"));
        (await request).AssertProblem(413, "BODY_TOO_LARGE");
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_body_that_is_not_declared_as_json_in_utf_8_is_refused(string path)
    {
        foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "application/xml", "application/json; charset=utf-16", "nonsense", "application/json, text/plain" })
        {
            var body = new ByteArrayContent(Encoding.UTF8.GetBytes(Fill(BodyRoute.All[path].Body)));
            body.Headers.TryAddWithoutValidation("Content-Type", type);
            (await SendAsync(path, body)).AssertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
        }

        var compressed = new ByteArrayContent(Encoding.UTF8.GetBytes(Fill(BodyRoute.All[path].Body)));
        compressed.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        compressed.Headers.ContentEncoding.Add("gzip");
        (await SendAsync(path, compressed)).AssertProblem(415, "UNSUPPORTED_MEDIA_TYPE");

        var undeclared = new ByteArrayContent(Encoding.UTF8.GetBytes(Fill(BodyRoute.All[path].Body)));
        (await SendAsync(path, undeclared)).AssertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Fact]
    public async Task A_registration_that_was_refused_created_nobody()
    {
        foreach (var defect in Defects)
        {
            (await PostAsync("/auth/register", Break(BodyRoute.All["/auth/register"], defect))).AssertProblem(400, "VALIDATION");
        }

        (await PostAsync("/auth/login", BodyRoute.All["/auth/login"].Body)).AssertProblem(401, "UNAUTHENTICATED");
    }

    private byte[] Break(BodyRoute route, string defect)
    {
        var members = Fill(route.Members);
        var body = "{" + members + "}";
        return defect switch
        {
            "empty" => [],
            "null" => Utf8("null"),
            "array" => Utf8("[]"),
            "text" => Utf8("\"amount\""),
            "number" => Utf8("1"),
            "truncated" => Utf8(body[..^1]),
            "doubled" => Utf8(body + body),
            "trailing text" => Utf8(body + "x"),
            "trailing comma" => Utf8("{" + members + ",}"),
            "comment" => Utf8("{/* */" + members + "}"),
            "single quotes" => Utf8(body.Replace('"', '\'')),
            "byte order mark" => [0xEF, 0xBB, 0xBF, .. Utf8(body)],
            "unknown member" => Utf8("{" + members + ",\"bogus\":1}"),
            "duplicate member" => Utf8("{" + members + "," + members + "}"),
            "duplicate member in escapes" => Utf8("{" + members + ",\"\\u00" + ((int)route.First[0]).ToString("x2", System.Globalization.CultureInfo.InvariantCulture) + route.First[1..] + "\":1}"),
            "wrong-case member" => Utf8("{" + members.Replace($"\"{route.First}\"", $"\"{route.First.ToUpperInvariant()}\"", StringComparison.Ordinal) + "}"),
            "nested 65 deep" => Utf8(string.Concat(Enumerable.Repeat("{\"" + route.First + "\":", 65)) + "1" + new string('}', 65)),
            "nested 65 deep in an unknown member" => Utf8("{\"bogus\":" + new string('[', 65) + new string(']', 65) + "," + members + "}"),
            "invalid UTF-8" => [.. Utf8("{" + members + ",\"description\":\""), 0xC3, 0x28, .. Utf8("\"}")],
            "invalid UTF-8 in a name" => [.. Utf8("{" + members + ",\""), 0xFF, .. Utf8("\":1}")],
            "UTF-16" => Encoding.Unicode.GetBytes(body),
            "member __proto__" => Utf8("{\"__proto__\":{}," + members + "}"),
            "null member" => Utf8("{" + System.Text.RegularExpressions.Regex.Replace(members, "^(\"[a-zA-Z]+\"):[^,]+", "$1:null") + "}"),
            _ => throw new ArgumentOutOfRangeException(nameof(defect)),
        };
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
