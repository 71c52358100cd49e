using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace WalletGrains.Simulators.Tests;

/// <summary>A report of the bank, as it arrived.</summary>
internal sealed record Delivery(byte[] Body, string Signature)
{
    public string Reference => Json.GetProperty("reference").GetString()!;

    public decimal Amount => Json.GetProperty("amount").GetDecimal();

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}

/// <summary>The webhook of the bank's customer.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly List<Delivery> _deliveries = [];

    private WebhookReceiver(Func<int, int> status)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel((KestrelServerOptions kestrel) => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            lock (_lock)
            {
                _deliveries.Add(new Delivery(body.ToArray(), context.Request.Headers["x-globus-signature"].ToString()));
                context.Response.StatusCode = status(_deliveries.Count);
            }
        });
    }

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/hook");

    /// <summary>What has arrived, in its order.</summary>
    public IReadOnlyList<Delivery> Deliveries
    {
        get
        {
            lock (_lock)
            {
                return [.. _deliveries];
            }
        }
    }

    /// <param name="status">What the how manieth delivery, from 1, is answered with; null: all with 200.</param>
    public static async Task<WebhookReceiver> StartAsync(Func<int, int>? status = null)
    {
        var receiver = new WebhookReceiver(status ?? (_ => StatusCodes.Status200OK));
        await receiver._app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
