using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using WalletGrains.Testing;

namespace WalletGrains.Host.Tests.Telemetry;

/// <summary>
/// Takes what is sent over OTLP by HTTP. It does not decode the messages: names of spans, metrics and attributes are UTF-8 in them, which
/// is all that is asked here.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StringBuilder> _received = new() { ["/v1/traces"] = new(), ["/v1/metrics"] = new() };
    private readonly List<(string Path, string Text, TaskCompletionSource Arrived)> _waiting = [];

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>Where it is.</summary>
    public string Address => _app.Urls.Single();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Completes when this text has come in the messages of this signal.</summary>
    public Task WaitForAsync(string signal, string text, CancellationToken cancellationToken)
    {
        var path = $"/v1/{signal}";
        lock (_lock)
        {
            if (_received[path].ToString().Contains(text, StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((path, text, arrived));
            return arrived.Task.WaitAsync(Signal.DefaultLimit, cancellationToken);
        }
    }

    /// <summary>Everything that came of this signal.</summary>
    public string Received(string signal)
    {
        lock (_lock)
        {
            return _received[$"/v1/{signal}"].ToString();
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        lock (_lock)
        {
            var received = _received[context.Request.Path];
            received.Append(Encoding.UTF8.GetString(body.ToArray()));
            var text = received.ToString();
            _waiting.RemoveAll(waiting => waiting.Path == context.Request.Path
                && text.Contains(waiting.Text, StringComparison.Ordinal)
                && waiting.Arrived.TrySetResult());
        }

        context.Response.ContentType = "application/x-protobuf";
    }
}
