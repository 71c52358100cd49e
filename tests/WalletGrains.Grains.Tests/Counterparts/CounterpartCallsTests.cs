using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Grains.Counterparts;
using WalletGrains.Grains.Jobs;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Counterparts;

/// <summary>Calls of a third party that breaks the rules of HTTP or misuses them.</summary>
public sealed class CounterpartCallsTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CounterpartCalls _calls;

    public CounterpartCallsTests()
    {
        _listener.Start();
        var policy = new CounterpartPolicy("It", TimeSpan.FromSeconds(10)) { MinCallsToJudge = 10, FailuresToBreak = 0.5, BreakDuration = TimeSpan.FromSeconds(15), MaxPause = TimeSpan.FromMinutes(1) };
        _calls = new CounterpartCalls(policy, _time, NullLogger<CounterpartCalls>.Instance);
    }

    public void Dispose()
    {
        _calls.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public async Task An_answer_above_the_limit_is_no_answer_and_the_call_may_have_been_done()
    {
        var refused = await RefusedAsync($"HTTP/1.1 200 OK\r\nContent-Length: {CounterpartCalls.MaxAnswerBytes + 1}\r\n\r\n{new string('x', CounterpartCalls.MaxAnswerBytes + 1)}");
        Assert.StartsWith("It did not answer: ", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.WasNotAsked);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")]
    [InlineData("SSH-2.0-OpenSSH\r\n")]
    public async Task A_connection_that_breaks_once_something_was_sent_leaves_it_open_what_happened(string bytes)
    {
        var refused = await RefusedAsync(bytes);
        Assert.False(refused.WasNotAsked);
        Assert.IsType<JobOutcome.Retry>(refused.ToOutcome());
    }

    [Fact]
    public async Task A_redirection_is_not_followed()
    {
        var elsewhere = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/elsewhere";
        Assert.Equal(HttpStatusCode.TemporaryRedirect, await AskAsync($"HTTP/1.1 307 Go\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n", static answer => answer.Status));
        Assert.False(_listener.Pending());
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":"1"}""")]
    [InlineData("""{"b":1}""")]
    [InlineData("""{"a":1}{""")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_body_that_does_not_say_one_thing_cannot_be_read(string body)
    {
        var refused = await RefusedAsync(Ok(body), static answer => answer.Read(static json => json.GetProperty("a").GetInt32()));
        Assert.Equal("It gave an answer that cannot be read: It is malformed.", refused.Message);
    }

    [Theory]
    [InlineData("Retry-After: 5\r\n", 5)]
    [InlineData("Retry-After: Tue, 01 Jan 2030 12:00:30 GMT\r\n", 30)]
    [InlineData("Retry-After: Tue, 01 Jan 2030 11:00:00 GMT\r\n", 1)]
    [InlineData("Retry-After: 86400\r\n", 60)]
    [InlineData("Retry-After: -3\r\n", 1)]
    [InlineData("", 1)]
    public async Task A_pause_lasts_as_long_as_was_asked_for_and_no_longer_than_is_sane(string header, int seconds)
    {
        var refused = await RefusedAsync($"HTTP/1.1 429 No\r\n{header}Content-Length: 0\r\n\r\n");
        Assert.Equal((true, TimeSpan.FromSeconds(seconds)), (refused.IsLeftAlone, refused.RetryAfter));
        Assert.Equal(new JobOutcome.Postponed(TimeSpan.FromSeconds(seconds)), refused.ToOutcome());
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(Ok("{}"), static answer => answer.Status));
    }

    private static string Ok(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private Task<CounterpartException> RefusedAsync(string bytes) => RefusedAsync(bytes, static answer => answer.Status);

    private Task<CounterpartException> RefusedAsync<T>(string bytes, Func<CounterpartAnswer, T> read) => Assert.ThrowsAsync<CounterpartException>(() => AskAsync(bytes, read));

    /// <summary>Has the bytes answered to one call, whatever it says, and the connection closed.</summary>
    private async Task<T> AskAsync<T>(string bytes, Func<CounterpartAnswer, T> read)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/") { Content = new StringContent("{}") };
        var call = _calls.SendAsync(request, read, TestContext.Current.CancellationToken);
        using (var socket = await _listener.AcceptSocketAsync(TestContext.Current.CancellationToken))
        {
            await socket.ReceiveAsync(new byte[4096], TestContext.Current.CancellationToken);
            await socket.SendAsync(Encoding.ASCII.GetBytes(bytes), TestContext.Current.CancellationToken);
            socket.Shutdown(SocketShutdown.Send);
            await call.ContinueWith(static _ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        return await call;
    }
}
