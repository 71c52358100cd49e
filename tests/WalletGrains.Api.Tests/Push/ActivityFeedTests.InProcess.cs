using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Streams;
using WalletGrains.Api.Push;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

/// <summary>The feed listens again whatever becomes of the subscription before.</summary>
public sealed class ActivityFeedTests
{
    [Fact]
    public async Task A_silent_subscription_that_cannot_be_ended_is_followed_by_another()
    {
        var time = new ManualTimeProvider();
        var subscribed = new SemaphoreSlim(0);
        using var metrics = new PushMetrics();
        var connections = new PushConnections(Options.Create(new PushOptions()), metrics);
        await using var services = new ServiceCollection().AddKeyedSingleton(ActivityStreams.Provider, Streams(subscribed)).BuildServiceProvider();
        var activity = Scripted.Of<IActivityGrain>(method => method.Name == nameof(IActivityGrain.FindEndAsync)
            ? Task.FromResult(0L)
            : Task.FromResult(new ActivityBatch(0, 1, 0, 0, [])));
        var cluster = Scripted.Of<IClusterClient>(method => method.Name == nameof(IClusterClient.GetGrain) ? activity : services);
        using var feed = new ActivityFeed(
            cluster, new ActivityOptions { Partitions = 1 }, new ActivityPush(connections, null!, null!, NullLogger<ActivityPush>.Instance), connections, time, NullLogger<ActivityFeed>.Instance);

        await feed.StartAsync(TestContext.Current.CancellationToken);
        for (var silence = 0; silence < 2; silence++)
        {
            Assert.True(await subscribed.WaitAsync(Signal.DefaultLimit, TestContext.Current.CancellationToken), "It does not listen.");

            // The patience of the start goes on beside the wait for a message.
            await time.WaitForTimersAsync(2, TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromSeconds(3));
        }

        Assert.True(await subscribed.WaitAsync(Signal.DefaultLimit, TestContext.Current.CancellationToken), "It does not listen any more.");
        await feed.StopAsync(TestContext.Current.CancellationToken);
    }

    private static IStreamProvider Streams(SemaphoreSlim subscribed) => Scripted.Of<IStreamProvider>(method =>
        method.GetGenericArguments()[0] == typeof(FraudAlert)
            ? Scripted.Of<IAsyncStream<FraudAlert>>(_ => Task.FromResult<StreamSubscriptionHandle<FraudAlert>>(new Lost<FraudAlert>()))
            : method.GetGenericArguments()[0] == typeof(VirtualAccount)
            ? Scripted.Of<IAsyncStream<VirtualAccount>>(_ => Task.FromResult<StreamSubscriptionHandle<VirtualAccount>>(new Lost<VirtualAccount>()))
            : Scripted.Of<IAsyncStream<ActivityBatch>>(_ =>
            {
                subscribed.Release();
                return Task.FromResult<StreamSubscriptionHandle<ActivityBatch>>(new Lost<ActivityBatch>());
            }));

    /// <summary>A subscription whose silo is gone.</summary>
    private sealed class Lost<T> : StreamSubscriptionHandle<T>
    {
        public override StreamId StreamId => default;

        public override string ProviderName => ActivityStreams.Provider;

        public override Guid HandleId { get; } = Guid.NewGuid();

        public override Task UnsubscribeAsync() => Task.FromException(new InvalidOperationException("Nobody is there."));

        public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null) =>
            Task.FromResult<StreamSubscriptionHandle<T>>(this);

        public override bool Equals(StreamSubscriptionHandle<T>? other) => ReferenceEquals(this, other);
    }
}
