using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using WalletGrains.Api.Push;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

/// <summary>The hub for clients that get no WebSocket through: it promises them the same.</summary>
[Collection(SlowClientTests.Collection)]
public sealed class TransportTests(SlowPushFixture push) : IClassFixture<SlowPushFixture>
{
    private const string Events = "ServerSentEvents";
    private const string Polls = "LongPolling";

    /// <summary>Ends a message of the protocol.</summary>
    private const char End = '\u001e';

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Events)]
    [InlineData(Polls)]
    public async Task An_owner_is_told_what_it_missed_and_what_happens_and_nobody_else_is(string transport)
    {
        var (owner, other) = (push.Api.Customer(), push.Api.Customer());
        var walletId = await owner.OpenWalletAsync(1);
        Assert.Null(await push.Clients.ConnectAsync($"{transport} owner", owner.Token, resume: $$"""{"{{walletId}}":0}""", transport: transport));
        Assert.Null(await push.Clients.ConnectAsync($"{transport} other", other.Token, resume: $$"""{"{{walletId}}":0}""", transport: transport));
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""")).Status);
        }

        Assert.Equal(Enumerable.Range(1, 51), (await push.Clients.UpdatesAsync($"{transport} owner", walletId, 51)).Select(update => update.GetProperty("version").GetInt32()));
        var own = await other.OpenWalletAsync(7);
        Assert.Equal(own, Assert.Single(await push.Clients.UpdatesAsync($"{transport} other", own, 1)).GetProperty("walletId").GetGuid());
    }

    [Theory]
    [InlineData(Events)]
    [InlineData(Polls)]
    public async Task A_connection_ends_with_its_token_and_with_its_session(string transport)
    {
        Assert.Null(await push.Clients.ConnectAsync($"{transport} short", push.Api.Customer(TimeSpan.FromSeconds(3)).Token, transport: transport));
        var (caller, _, _) = await push.Api.RegisterAsync();
        Assert.Null(await push.Clients.ConnectAsync($"{transport} left", caller.Token, transport: transport));
        Assert.Equal(204, (await caller.PostAsync("/auth/logout", "")).Status);
        await push.Clients.ClosedAsync($"{transport} left");
        await push.Clients.ClosedAsync($"{transport} short");
    }

    [Theory]
    [InlineData(Events)]
    [InlineData(Polls)]
    public async Task A_client_without_a_valid_token_is_told_so_and_disconnected(string transport)
    {
        var id = $"{transport} nobody";
        var refusal = await push.Clients.ConnectAsync(id, "a.b.c", resume: null, transport: transport) ?? await push.Clients.ClosedAsync(id);
        Assert.EndsWith(HubConnections.SessionInvalid, refusal, StringComparison.Ordinal);
    }

    /// <summary>Its first ping may be on the way when it hears why its connection ends.</summary>
    [Fact(Timeout = 60_000)]
    public async Task What_a_client_sends_before_it_has_read_why_its_connection_ends_is_still_taken()
    {
        using var http = new HttpClient { BaseAddress = push.Api.Address };
        var path = await BeginAsync(http, "a.b.c");
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("text/event-stream") } } };
        using var events = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        using var lines = new StreamReader(await events.Content.ReadAsStreamAsync(Cancelled));
        await SendAsync(http, path, """{"protocol":"json","version":1}""");
        string? line;
        do
        {
            line = await lines.ReadLineAsync(Cancelled);
        }
        while (line?.Contains(HubConnections.SessionInvalid, StringComparison.Ordinal) is false);

        Assert.NotNull(line);
        await SendAsync(http, path, """{"type":6}""");
    }

    [Theory]
    [InlineData(Events)]
    [InlineData(Polls)]
    public async Task A_client_that_takes_nothing_is_dropped(string transport)
    {
        using var dropped = new Dropped();
        var caller = push.Api.Customer();
        var walletId = await caller.OpenWalletAsync();
        using var http = new HttpClient { BaseAddress = push.Api.Address };
        var path = await BeginAsync(http, caller.Token!);
        using IDisposable begun = transport is Events ? await ListenWithoutReadingAsync(path) : await http.GetAsync(new Uri(path, UriKind.Relative), Cancelled);
        await SendAsync(http, path, """{"protocol":"json","version":1}""");
        await SendAsync(http, path, """{"type":1,"target":"Resume","arguments":[{}]}""");

        for (var i = 0; i < 20_000 && !dropped.Slow.IsRaised; i += 32)
        {
            await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""")));
        }

        await dropped.Slow.WaitAsync(cancellationToken: Cancelled);
    }

    [Fact]
    public async Task A_token_in_the_query_of_any_transport_is_in_no_log()
    {
        var token = push.Api.Customer().Token!;
        using var http = new HttpClient { BaseAddress = push.Api.Address };
        using var listen = new HttpRequestMessage(HttpMethod.Get, await BeginAsync(http, token)) { Headers = { { "Accept", "text/event-stream" } } };
        using (var events = await http.SendAsync(listen, HttpCompletionOption.ResponseHeadersRead, Cancelled))
        {
            Assert.Equal("text/event-stream", events.Content.Headers.ContentType?.MediaType);
        }

        using var poll = await http.GetAsync(new Uri(await BeginAsync(http, token), UriKind.Relative), Cancelled);
        var log = await push.Api.ReadLogAsync();
        Assert.Contains("access_token=", log, StringComparison.Ordinal);
        Assert.DoesNotContain(token, log, StringComparison.Ordinal);
        Assert.DoesNotContain(token[^30..], log, StringComparison.Ordinal);
    }

    /// <summary>Asks for a connection; the address of its requests.</summary>
    private static async Task<string> BeginAsync(HttpClient http, string token)
    {
        using var negotiated = await http.PostAsync(new Uri($"/hubs/wallet/negotiate?negotiateVersion=1&access_token={token}", UriKind.Relative), content: null, Cancelled);
        var answer = JsonDocument.Parse(await negotiated.Content.ReadAsStringAsync(Cancelled));
        return $"/hubs/wallet?id={answer.RootElement.GetProperty("connectionToken").GetString()}&access_token={token}";
    }

    private static async Task SendAsync(HttpClient http, string path, string message)
    {
        using var content = new StringContent(message + End);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain") { CharSet = "utf-8" };
        using var sent = await http.PostAsync(new Uri(path, UriKind.Relative), content, Cancelled);
        sent.EnsureSuccessStatusCode();
    }

    private async Task<Socket> ListenWithoutReadingAsync(string path)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        await socket.ConnectAsync(push.Api.Address.Host, push.Api.Address.Port, Cancelled);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {push.Api.Address.Authority}\r\nAccept: text/event-stream\r\n\r\n"), Cancelled);

        // The connection is there when the answer begins.
        await socket.ReceiveAsync(new byte[1], Cancelled);
        return socket;
    }

    /// <summary>Notices when a connection is dropped because it is slow.</summary>
    private sealed class Dropped : IDisposable
    {
        private readonly MeterListener _listener = new();

        public Dropped()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == PushMetrics.MeterName && instrument.Name == "walletgrains.push.dropped")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            {
                if (tags.ToArray().Contains(new("reason", "slow")))
                {
                    Slow.Raise();
                }
            });
            _listener.Start();
        }

        public Signal Slow { get; } = new("a connection was dropped because it is slow");

        public void Dispose() => _listener.Dispose();
    }
}

/// <summary>A host that has little patience with slow clients.</summary>
public sealed class SlowPushFixture : IAsyncLifetime
{
    private readonly Lazy<JavaScriptClients> _clients;

    public SlowPushFixture() => _clients = new Lazy<JavaScriptClients>(() => JavaScriptClients.Start(Api.Address));

    /// <summary>The host.</summary>
    public ApiFixture Api { get; } = new();

    /// <summary>The clients, from their first use on.</summary>
    public JavaScriptClients Clients => _clients.Value;

    public async ValueTask InitializeAsync() => await Api.StartAsync(
        "Development", proxied: null, "--Push:SlowClientSeconds=1", "--Serilog:MinimumLevel:Override:Microsoft.AspNetCore.Hosting=Verbose");

    public async ValueTask DisposeAsync()
    {
        if (_clients.IsValueCreated)
        {
            await _clients.Value.DisposeAsync();
        }

        await Api.DisposeAsync();
    }
}
