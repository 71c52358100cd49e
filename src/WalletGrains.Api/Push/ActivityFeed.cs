using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.VirtualAccounts;

namespace WalletGrains.Api.Push;

/// <summary>
/// Follows what becomes durable on any silo, by one loop for each partition, and hands it to the connections of this process. Messages of the
/// streams are hints: what they leave out is read from the journal, and when none comes the loop looks by itself.
/// </summary>
internal sealed class ActivityFeed(
    IClusterClient cluster, ActivityOptions options, ActivityPush push, PushConnections connections, TimeProvider time, ILogger<ActivityFeed> logger)
    : BackgroundService
{
    /// <summary>Messages that may wait while one is taken into account; what finds no room is read.</summary>
    private const int MaxWaitingMessages = 16;

    /// <summary>Relays say something twice a second also when nothing happens; who hears nothing for so long has lost its subscription.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>How long the start of the host waits for the feed; after it, connections are turned away until the feed has begun.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await Task.WhenAny(_begun.Task, Task.Delay(StartPatience, time, cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // First the position, then the first connection: nothing can be committed between the two that a connection should have got.
        long? end = null;
        await RetryAsync(async () => end = await cluster.GetGrain<IActivityGrain>(0).FindEndAsync(), () => end is not null, stoppingToken);
        connections.Open();
        _begun.SetResult();
        await Task.WhenAll(Enumerable.Range(0, options.Partitions).Select(partition => FollowAsync(partition, end!.Value, stoppingToken)));
    }

    private async Task FollowAsync(int partition, long position, CancellationToken stoppingToken)
    {
        var messages = Channel.CreateBounded<ActivityBatch>(new BoundedChannelOptions(MaxWaitingMessages) { FullMode = BoundedChannelFullMode.DropWrite });
        var follower = new ActivityFollower(options.Partitions, position);
        Func<Task>? unsubscribe = null;
        try
        {
            await RetryAsync(
                async () =>
                {
                    unsubscribe ??= await SubscribeAsync(partition, messages.Writer);
                    if (await NextAsync(messages.Reader, stoppingToken) is not { } batch)
                    {
                        // It may be heard no more: a silo that is gone has taken it along. Whether it can be ended or not, the next round makes another.
                        var silent = unsubscribe;
                        unsubscribe = null;
                        await EndAsync(silent);
                        batch = await ReadAsync(partition, follower.Position);
                    }

                    if (connections.IsEmpty && batch.Partitions == options.Partitions)
                    {
                        // Whoever connects now can read all of it already: it was durable before anybody told of it.
                        follower = new ActivityFollower(options.Partitions, Math.Max(follower.Position, batch.To));
                        return;
                    }

                    follower.Hear(batch);
                    while (await follower.AdvanceAsync(from => ReadAsync(partition, from), push.DeliverAsync))
                    {
                        stoppingToken.ThrowIfCancellationRequested();
                    }
                },
                () => false,
                stoppingToken);
        }
        finally
        {
            await EndAsync(unsubscribe);
        }
    }

    /// <summary>Does it again and again until it is done or the host stops; after a failure it waits, longer and longer.</summary>
    private async Task RetryAsync(Func<Task> work, Func<bool> isDone, CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!isDone())
        {
            stoppingToken.ThrowIfCancellationRequested();
            try
            {
                await work();
                pause = FirstPause;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it is, the clients can do without this process less than without the update that is late.
                ActivityFeedLog.Waits(logger, exception);
                await Task.Delay(pause, time, stoppingToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Listens to a partition, and by the first one's side to what has no beat of its own to tell that it is heard: alerts, new virtual
    /// accounts and steps of bill payments.</summary>
    /// <returns>What ends it.</returns>
    private async Task<Func<Task>> SubscribeAsync(int partition, ChannelWriter<ActivityBatch> messages)
    {
        var streams = cluster.GetStreamProvider(ActivityStreams.Provider);
        var ends = new List<Func<Task>>();
        try
        {
            ends.Add((await streams.GetStream<ActivityBatch>(StreamId.Create(ActivityStreams.Wallets, partition)).SubscribeAsync((batch, _) =>
            {
                messages.TryWrite(batch);
                return Task.CompletedTask;
            })).UnsubscribeAsync);
            if (partition == 0)
            {
                ends.Add((await streams.GetStream<FraudAlert>(StreamId.Create(FraudStreams.Alerts, 0)).SubscribeAsync((alert, _) =>
                {
                    push.Alert(alert);
                    return Task.CompletedTask;
                })).UnsubscribeAsync);
                ends.Add((await streams.GetStream<VirtualAccount>(StreamId.Create(VirtualAccountStreams.Created, 0)).SubscribeAsync(
                    (account, _) => push.TellOfAccountAsync(account))).UnsubscribeAsync);
                ends.Add((await streams.GetStream<BillPayment>(StreamId.Create(BillStreams.Steps, 0)).SubscribeAsync((payment, _) =>
                {
                    push.TellOfBill(payment);
                    return Task.CompletedTask;
                })).UnsubscribeAsync);
            }

            return EndAllAsync;
        }
        catch
        {
            await EndAsync(EndAllAsync);
            throw;
        }

        Task EndAllAsync() => Task.WhenAll(ends.Select(end => end()));
    }

    private async Task EndAsync(Func<Task>? unsubscribe)
    {
        try
        {
            await (unsubscribe?.Invoke() ?? Task.CompletedTask).WaitAsync(Silence, time, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // Whatever it is: whoever publishes finds out that nobody is there, and ends it.
            ActivityFeedLog.NotEnded(logger, exception);
        }
    }

    /// <summary>The next message; null after a silence.</summary>
    private async Task<ActivityBatch?> NextAsync(ChannelReader<ActivityBatch> messages, CancellationToken stoppingToken)
    {
        try
        {
            return await messages.ReadAsync(stoppingToken).AsTask().WaitAsync(Silence, time, stoppingToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private Task<ActivityBatch> ReadAsync(int partition, long from) => cluster.GetGrain<IActivityGrain>(0).ReadAsync(partition, from);
}
