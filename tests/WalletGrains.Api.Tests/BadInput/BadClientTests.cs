using System.Net.Sockets;
using System.Text;
using Xunit;

namespace WalletGrains.Api.Tests.BadInput;

[Collection(ApiTests.Name)]
public sealed class BadClientTests(BadInputFixture input) : BadInputTests(input)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_leaves_in_mid_request_has_written_nothing_and_disturbs_nobody()
    {
        var token = Api.Customer();
        for (var i = 0; i < 10; i++)
        {
            await RawConnection.SendAndLeaveAsync(
                Api.Address,
                "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"email\":\"no");
            await RawConnection.SendAndLeaveAsync(
                Api.Address,
                "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"ema");
        }

        // That none of them ended in an unexpected exception is checked in the log when the host stops.
        Assert.Equal(200, (await token.GetAsync("/wallets")).Status);
    }

    [Theory]
    [InlineData("Content-Length: 1000000\r\n\r\n", "")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nF4240\r\n", "\r\n0\r\n\r\n")]
    public async Task Who_sends_a_megabyte_before_it_looks_at_the_answer_is_not_cut_off_and_hears_why_it_is_refused(string framing, string end)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Api.Address.Host, Api.Address.Port, Cancelled);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n{framing}"), Cancelled);

        // The first piece is refused; nobody could send the others to a server that has hung up.
        var piece = new byte[10_000];
        for (var sent = 0; sent < 100; sent++)
        {
            await stream.WriteAsync(piece, Cancelled);
            if (sent == 10)
            {
                await stream.ReadExactlyAsync(new byte[1], Cancelled);
            }
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(end), Cancelled);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync(Cancelled);
        Assert.StartsWith("TTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Equal("BODY_TOO_LARGE", RawConnection.Body(answer).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_spoofed_forwarding_header_changes_nothing()
    {
        var reply = await Caller.GetAsync($"/wallet/{Own}", ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", "evil.example"), ("X-Original-URL", "/ops"), ("X-HTTP-Method-Override", "DELETE"));
        Assert.Equal(200, reply.Status);
        Assert.DoesNotContain("evil", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_method_is_refused_with_the_right_ones()
    {
        foreach (var (method, path, allowed) in new[]
        {
            ("DELETE", "/wallets", "GET, POST"), ("PUT", $"/wallet/{Own}", "GET"), ("GET", $"/wallet/{Own}/deposit", "POST"),
            ("GET", "/auth/login", "POST"), ("PATCH", "/auth/register", "POST"), ("POST", "/version", "GET"),
            ("POST", $"/wallet/{Own}/limits", "GET, PUT"), ("PUT", $"/wallet/{Own}/freeze", "POST"), ("DELETE", $"/holds/{Hold}", "GET"),
            ("GET", $"/holds/{Hold}/capture", "POST"), ("TRACE", "/wallets", "GET, POST"),
        })
        {
            var reply = await Caller.SendAsync(new HttpMethod(method), path, content: null);
            Assert.Equal(allowed, reply.AssertProblem(405, "METHOD_NOT_ALLOWED").Header("Allow"));
        }
    }

    [Fact]
    public async Task An_unknown_path_is_not_found_with_and_without_a_token()
    {
        foreach (var path in new[] { "/", "/nothing", "/wallets/1/2/3", "/WALLETS2", "/openapi/v2.json", $"/wallet/{Own}/nothing" })
        {
            (await Caller.GetAsync(path)).AssertProblem(404, "NOT_FOUND");
            (await Api.Anonymous().GetAsync(path)).AssertProblem(404, "NOT_FOUND");
        }
    }

    [Fact]
    public async Task Two_lengths_for_one_body_are_refused()
    {
        // Request smuggling: a proxy and this server must never disagree about where a request ends.
        using var client = new TcpClient();
        var (status, _) = await RawConnection.SendAsync(
            Api.Address,
            "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\nConnection: close\r\n\r\n{} ");
        Assert.Equal(400, status);
    }

    [Fact]
    public async Task Script_and_sql_in_a_description_are_stored_and_shown_literally()
    {
        const string Description = "<script>alert('x')</script> '; DROP TABLE entries; -- ${jndi:ldap://x} 日本語 😀 \\\" &amp;";
        var writer = Api.Customer();
        var walletId = await writer.OpenWalletAsync();
        var json = System.Text.Json.JsonSerializer.Serialize(new { amount = 1, description = Description });
        var deposit = await writer.SendAsync(HttpMethod.Post, $"/wallet/{walletId}/deposit", new StringContent(json, Encoding.UTF8, "application/json"));
        Assert.Equal(200, deposit.Status);

        var history = await writer.GetAsync($"/wallet/{walletId}/history");
        Assert.Equal(Description, history.Json.GetProperty("items")[0].GetProperty("description").GetString());
        Assert.DoesNotContain("<script>", history.Text, StringComparison.Ordinal);
    }
}
