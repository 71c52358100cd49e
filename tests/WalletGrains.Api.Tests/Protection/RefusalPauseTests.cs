using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Protection;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Protection;

/// <summary>A server with one place, and what becomes of connections whose requests it has refused.</summary>
public sealed class RefusalPauseTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Connection> _connections = [];
    private FrontGate? _gate;
    private WebApplication? _app;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _finish.TrySetResult();
        _connections.ForEach(connection => connection.Dispose());
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _gate?.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_was_refused_has_its_answer_and_its_next_request_is_looked_at_when_it_was_told_to_come_back()
    {
        var (first, refused) = await RefusedAsync(new ProxyOptions());
        _finish.SetResult();
        Assert.Equal(200, await first.ReadAsync());

        await refused.SendAsync("/work");
        await first.SendAsync("/work");
        Assert.Equal(200, await first.ReadAsync());
        var next = refused.ReadAsync();
        Assert.False(next.IsCompleted);

        await _time.WaitForTimersAsync(1, Cancelled);
        _time.Advance(ApiLimits.RefusalPause);
        Assert.Equal(200, await next);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stop_of_the_host_ends_the_pauses()
    {
        var (first, _) = await RefusedAsync(new ProxyOptions());
        _finish.SetResult();
        Assert.Equal(200, await first.ReadAsync());
        await _time.WaitForTimersAsync(1, Cancelled);

        // The server waits for each connection whose request has not ended, and time stands still.
        await _app!.StopAsync(Cancelled);
        Assert.True(_app.Lifetime.ApplicationStopped.IsCancellationRequested);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_connection_of_a_proxy_serves_the_next_client_at_once()
    {
        var (first, refused) = await RefusedAsync(new ProxyOptions { Trusted = "10.0.0.0/8" });
        _finish.SetResult();
        Assert.Equal(200, await first.ReadAsync());

        await refused.SendAsync("/work");
        Assert.Equal(200, await refused.ReadAsync());
    }

    private async Task<(Connection First, Connection Refused)> RefusedAsync(ProxyOptions proxies)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        _app = builder.Build();
        _app.UseRouting();
        _app.Use(next =>
        {
            _gate = new FrontGate(
                next,
                Gated.Unlimited(),
                Options.Create(new OverloadOptions { ConcurrentRequests = 1, QueuedRequests = 0 }),
                Options.Create(proxies),
                _app!.Lifetime,
                _time);
            return _gate.InvokeAsync;
        });
        _app.MapGet("/work", WorkAsync).WithMetadata(Gated.Operation);
        await _app.StartAsync(Cancelled);

        var (first, refused) = (await OpenAsync(_app), await OpenAsync(_app));
        await first.SendAsync("/work");
        await _begun.Task.WaitAsync(Cancelled);
        await refused.SendAsync("/work");
        Assert.Equal(429, await refused.ReadAsync());
        return (first, refused);
    }

    private async Task<Connection> OpenAsync(WebApplication app)
    {
        var client = new TcpClient();
        var address = new Uri(app.Urls.Single());
        await client.ConnectAsync(address.Host, address.Port, Cancelled);
        var connection = new Connection(client);
        _connections.Add(connection);
        return connection;
    }

    private async Task WorkAsync(HttpContext context)
    {
        _begun.TrySetResult();
        await _finish.Task;
        context.Response.ContentLength = 0;
    }

    /// <summary>One connection that is kept, with its requests in order: an HTTP client would take another one.</summary>
    private sealed class Connection(TcpClient client) : IDisposable
    {
        private readonly StreamReader _answers = new(client.GetStream(), Encoding.UTF8);

        public async Task SendAsync(string path) =>
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"), Cancelled);

        /// <summary>The status of the next answer, which is read whole.</summary>
        public async Task<int> ReadAsync()
        {
            var status = int.Parse((await _answers.ReadLineAsync(Cancelled))!.AsSpan(9, 3), CultureInfo.InvariantCulture);
            var length = 0;
            while (await _answers.ReadLineAsync(Cancelled) is { Length: > 0 } header)
            {
                if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                {
                    length = int.Parse(header.AsSpan(15), CultureInfo.InvariantCulture);
                }
            }

            // Of no characters it would wait for the next answer.
            if (length > 0)
            {
                await _answers.ReadBlockAsync(new char[length], Cancelled);
            }

            return status;
        }

        public void Dispose()
        {
            _answers.Dispose();
            client.Dispose();
        }
    }
}
