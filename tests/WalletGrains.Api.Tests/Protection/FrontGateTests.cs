using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Protection;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Protection;

/// <summary>The gate with two places and room for one who waits.</summary>
public sealed class FrontGateTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly RateLimits _limits = Gated.Unlimited();
    private readonly FrontGate _gate;
    private readonly ConcurrentQueue<TaskCompletionSource> _working = new();
    private readonly SemaphoreSlim _entered = new(0);
    private int _started;

    public FrontGateTests()
    {
        _gate = new FrontGate(
            WorkAsync,
            _limits,
            Options.Create(new OverloadOptions { ConcurrentRequests = 2, QueuedRequests = 1, PushRequests = 3 }),
            Options.Create(new ProxyOptions()),
            new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance),
            _time);
    }

    public void Dispose()
    {
        _gate.Dispose();
        _entered.Dispose();
    }

    [Fact]
    public async Task Beyond_those_who_work_and_wait_everybody_is_refused_at_once_and_nothing_is_done_for_them()
    {
        var (first, second, waiting) = (Enter(), Enter(), Enter());
        for (var i = 0; i < 1_000; i++)
        {
            var refused = Enter();
            Assert.True(refused.Done.IsCompletedSuccessfully);
            Assert.Equal((429, "1"), (refused.Context.Response.StatusCode, refused.Context.Response.Headers.RetryAfter.ToString()));
        }

        await EnteredAsync(2);
        Assert.Equal(2, _started);
        Assert.False(first.Done.IsCompleted || second.Done.IsCompleted || waiting.Done.IsCompleted);

        FinishOne();
        await first.Done;
        await EnteredAsync(1);
        Assert.Equal(3, _started);
        FinishOne();
        FinishOne();
        await Task.WhenAll(second.Done, waiting.Done);
        Assert.All([first, second, waiting], request => Assert.Equal(200, request.Context.Response.StatusCode));

        var next = Enter();
        Assert.Equal(4, _started);
        FinishOne();
        await next.Done;
    }

    [Fact]
    public async Task Who_has_waited_for_a_second_is_refused_and_leaves_its_place_to_others()
    {
        var (first, second, waiting) = (Enter(), Enter(), Enter());
        await EnteredAsync(2);
        _time.Advance(ApiLimits.AdmissionPatience);
        await waiting.Done;
        Assert.Equal((429, 2), (waiting.Context.Response.StatusCode, _started));

        var next = Enter();
        Assert.False(next.Done.IsCompleted);
        FinishOne();
        FinishOne();
        await Task.WhenAll(first.Done, second.Done);
        await EnteredAsync(1);
        FinishOne();
        await next.Done;
        Assert.Equal(200, next.Context.Response.StatusCode);
    }

    [Fact]
    public async Task Work_that_fails_gives_its_place_back()
    {
        for (var i = 0; i < 10; i++)
        {
            var request = Enter();
            Assert.True(_working.TryDequeue(out var work));
            work.SetException(new InvalidOperationException("It failed."));
            await Assert.ThrowsAsync<InvalidOperationException>(() => request.Done);
        }

        Assert.Equal(10, _started);
    }

    [Fact]
    public void The_server_lets_no_more_connections_be_upgraded_than_there_are_places_for()
    {
        var builder = WebApplication.CreateSlimBuilder(["--Overload:PushRequests=7", "--Overload:Connections=70"]);
        builder.AddProtection();
        using var services = builder.Services.BuildServiceProvider();
        var limits = services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        Assert.Equal((70, 7), (limits.MaxConcurrentConnections, limits.MaxConcurrentUpgradedConnections));
    }

    [Fact]
    public void Health_is_let_in_when_nobody_else_is()
    {
        var (_, _, _) = (Enter(), Enter(), Enter());
        _ = Enter(Gated.Operation with { Limited = false });
        _ = Enter(metadata: null);
        Assert.Equal(4, _started);
    }

    [Fact]
    public async Task Push_has_places_of_its_own_and_no_more()
    {
        var (_, _, _) = (Enter(), Enter(), Enter());
        var connected = Enumerable.Range(0, 3).Select(_ => Enter(new HubMetadata(typeof(Hub)))).ToArray();
        Assert.Equal(5, _started);
        var refused = Enter(new HubMetadata(typeof(Hub)));
        Assert.True(refused.Done.IsCompletedSuccessfully);
        Assert.Equal((429, 5), (refused.Context.Response.StatusCode, _started));

        _working.ElementAt(2).SetResult();
        await connected[0].Done;
        _ = Enter(new HubMetadata(typeof(Hub)));
        Assert.Equal(6, _started);
    }

    private (DefaultHttpContext Context, Task Done) Enter() => Enter(Gated.Operation);

    private (DefaultHttpContext Context, Task Done) Enter(object? metadata)
    {
        var context = new DefaultHttpContext();
        context.SetEndpoint(new Endpoint(null, metadata is null ? EndpointMetadataCollection.Empty : new EndpointMetadataCollection(metadata), "test"));
        return (context, _gate.InvokeAsync(context));
    }

    private void FinishOne()
    {
        Assert.True(_working.TryDequeue(out var work));
        work.SetResult();
    }

    private async Task EnteredAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _entered.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    private Task WorkAsync(HttpContext context)
    {
        _started++;
        var work = new TaskCompletionSource();
        _working.Enqueue(work);
        _entered.Release();
        return work.Task;
    }
}
