using WalletGrains.Api.Http;
using Xunit;

namespace WalletGrains.Api.Tests.BadInput;

[Collection(ApiTests.Name)]
public sealed class BadAddressTests(BadInputFixture input) : BadInputTests(input)
{
    private static readonly string[] PathsWithId =
    [
        "GET /wallets/{id}", "GET /wallet/{id}", "GET /wallet/{id}/history", "GET /wallet/{id}/limits", "GET /transactions/{id}",
        "GET /transfers/{id}", "GET /holds/{id}",
        .. BodyRoute.All.Values.Select(route => route.Operation).Where(operation => operation.Contains("{id}", StringComparison.Ordinal)),
    ];

    private static readonly string[] Ids =
    [
        "1", "abc", "-1", "0198c0de000070008000000000000001", "{0198c0de-0000-7000-8000-000000000001}", "0198c0de-0000-7000-8000-00000000000g",
        "0198c0de-0000-7000-8000-000000000001 ", "%27%20OR%201%3D1--", "%3Cscript%3E", "%252e%252e", "0198c0de-0000-7000-8000-0000000000012",
    ];

    public static TheoryData<string> Paths() => [.. PathsWithId];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_malformed_id_in_the_path_is_refused(string route)
    {
        foreach (var id in Ids)
        {
            var reply = await SendAsync(route, Uri.EscapeDataString(Uri.UnescapeDataString(id)));
            Assert.NotEmpty(reply.AssertProblem(400, "VALIDATION").Json.GetProperty("errors").GetProperty("id")[0].GetString()!);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task An_unknown_id_is_not_found(string route)
    {
        (await SendAsync(route, Guid.CreateVersion7().ToString())).AssertProblem(404, "NOT_FOUND");
        (await SendAsync(route, Guid.Empty.ToString())).AssertProblem(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("/wallets/fund", "wallet_id")]
    [InlineData("/wallets/transfer", "senderWalletId")]
    [InlineData("/wallets/transfer", "receiverWalletId")]
    [InlineData("/wallet/{own}/transfer", "toWalletId")]
    public async Task A_malformed_id_in_the_body_is_refused_and_an_unknown_one_not_found(string path, string member)
    {
        var valid = Fill(BodyRoute.All[path].Body);
        foreach (var id in new[] { "\"abc\"", "7", "\"\"", "\"0198c0de000070008000000000000001\"", "[]" })
        {
            var body = System.Text.RegularExpressions.Regex.Replace(valid, $"\"{member}\":\"[^\"]+\"", $"\"{member}\":{id}");
            var errors = (await PostAsync(path, body)).AssertProblem(400, "VALIDATION").Json.GetProperty("errors");
            Assert.Equal($"{member} must be a UUID.", errors.GetProperty(member)[0].GetString());
        }

        var unknown = System.Text.RegularExpressions.Regex.Replace(valid, $"\"{member}\":\"[^\"]+\"", $"\"{member}\":\"{Guid.CreateVersion7()}\"");
        (await PostAsync(path, unknown)).AssertProblem(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("limit=-1")]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=1000000000")]
    [InlineData("limit=99999999999999999999")]
    [InlineData("limit=1.5")]
    [InlineData("limit=%2B5")]
    [InlineData("limit=")]
    [InlineData("limit=ten")]
    [InlineData("limit=1&limit=2")]
    [InlineData("cursor=")]
    [InlineData("cursor=forged")]
    [InlineData("cursor=AAAA")]
    [InlineData("cursor=%00")]
    [InlineData("unknown=1")]
    public async Task A_wrong_page_is_refused_on_every_list(string query)
    {
        foreach (var path in new[] { "/wallets", $"/wallets/{Own}", $"/wallet/{Own}/history" })
        {
            (await Caller.GetAsync($"{path}?{query}")).AssertProblem(400, "VALIDATION");
        }
    }

    [Theory]
    [InlineData("type=fund")]
    [InlineData("type=")]
    [InlineData("type=1")]
    [InlineData("type=FUND,WITHDRAW")]
    [InlineData("type=%27%3B%20drop%20table%20entries%3B--")]
    [InlineData("from=yesterday")]
    [InlineData("from=2026-01-31")]
    [InlineData("to=2026-01-31T12:00:00")]
    [InlineData("to=2026-01-31T12:00:00+01:00")]
    [InlineData("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z")]
    public async Task A_wrong_filter_of_a_history_is_refused(string query) =>
        (await Caller.GetAsync($"/wallet/{Own}/history?{query}")).AssertProblem(400, "VALIDATION");

    [Theory]
    [InlineData("At=2026-01-31T12:00:00Z")]
    [InlineData("versions=1")]
    public async Task A_parameter_that_is_not_known_is_refused_and_not_ignored(string query) =>
        (await Caller.GetAsync($"/wallet/{Own}?{query}")).AssertProblem(400, "VALIDATION");

    [Theory]
    [InlineData("/holds/{hold}")]
    [InlineData("/wallet/{own}/limits")]
    [InlineData("/transfers/{transfer}")]
    public async Task A_parameter_of_a_read_that_has_none_is_refused(string path)
    {
        Assert.Equal(200, (await Caller.GetAsync(Fill(path))).Status);
        (await Caller.GetAsync(Fill(path) + "?limit=1")).AssertProblem(400, "VALIDATION");
    }

    [Fact]
    public async Task A_cursor_of_another_list_is_refused()
    {
        (await Caller.GetAsync($"/wallet/{Own}/history?cursor={Cursor.AfterEntry(Other, 1)}")).AssertProblem(400, "VALIDATION");
        (await Caller.GetAsync($"/wallets/{Own}?cursor={Cursor.AfterWallet(Caller.UserId, Own)}")).AssertProblem(400, "VALIDATION");
        (await Caller.GetAsync($"/wallets?cursor={Cursor.AfterWallet(Somebody.UserId, Other)}")).AssertProblem(400, "VALIDATION");
        (await Caller.GetAsync($"/wallets?cursor={Cursor.AfterEntry(Own, 1)}")).AssertProblem(400, "VALIDATION");
    }

    [Theory]
    [InlineData("GET /wallet/../../etc/passwd")]
    [InlineData("GET /wallet/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("GET /wallet/..%2f..%2fetc%2fpasswd")]
    [InlineData("GET /docs/../../appsettings.json")]
    [InlineData("GET /docs/..%2f..%2fappsettings.json")]
    [InlineData("GET //etc/passwd")]
    [InlineData("GET /wallet/\\..\\..\\")]
    public async Task A_path_that_climbs_leads_nowhere(string requestLine)
    {
        var (status, text) = await RawConnection.SendAsync(Api.Address, $"{requestLine} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.True(status is 401 or 404, text);
        Assert.Equal(status, RawConnection.Body(text).GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("GET /wallet/%00")]
    [InlineData("GET /wallet/\0")]
    [InlineData("G\u00e9T /wallets")]
    public async Task A_request_line_that_is_none_is_a_bad_request(string requestLine)
    {
        // Kestrel refuses these before there is a request to answer: a bare 400.
        var (status, _) = await RawConnection.SendAsync(Api.Address, $"{requestLine} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.Equal(400, status);
    }

    private Task<Reply> SendAsync(string route, string id)
    {
        var path = route.Split(' ')[1].Replace("{id}", id, StringComparison.Ordinal);
        return BodyRoute.All.Values.SingleOrDefault(candidate => candidate.Operation == route) is { } taken
            ? (taken.ForOperators ? Operator : Caller).SendAsync(
                new HttpMethod(taken.Method), path, new StringContent(Fill(taken.Body), System.Text.Encoding.UTF8, "application/json"))
            : Caller.GetAsync(path);
    }
}
