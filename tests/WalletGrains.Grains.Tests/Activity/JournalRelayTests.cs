using Orleans.Streams;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal.Activity;
using WalletGrains.Testing;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Activity;

/// <summary>Whoever subscribes to the streams and follows them sees what becomes durable, on either runtime.</summary>
[Collection<MemoryClusterTests>]
public sealed class JournalRelayTests(MemoryCluster cluster) : IAsyncLifetime
{
    private readonly List<StreamSubscriptionHandle<ActivityBatch>> _subscriptions = [];
    private readonly Lock _lock = new();
    private readonly List<ActivityEvent> _seen = [];
    private readonly Signal _done = new("the last deposit came by the stream");
    private Guid _lastWallet;
    private long _lastVersion;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions)
        {
            await subscription.UnsubscribeAsync();
        }
    }

    [Fact]
    public async Task Everything_that_becomes_durable_comes_once_and_in_the_order_of_its_wallet()
    {
        await SubscribeAsync();
        var wallets = new[] { await cluster.OpenAsync(), await cluster.OpenAsync(), await cluster.OpenAsync() };
        _lastWallet = wallets[0];
        _lastVersion = 41;
        await Task.WhenAll(wallets.SelectMany(wallet => Enumerable.Range(0, 40).Select(_ => cluster.ExecuteAsync(wallet, new Deposit(NewRequest(), Usd(5))))));
        await cluster.ExecuteAsync(wallets[1], new Withdraw(NewRequest(), Usd(3)));
        await cluster.ExecuteAsync(wallets[2], new Withdraw(NewRequest(), Usd(3)));
        await cluster.ExecuteAsync(wallets[0], new Withdraw(NewRequest(), Usd(3)));
        await _done.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);

        lock (_lock)
        {
            foreach (var wallet in wallets)
            {
                // The last of the other wallets may be in a partition that is still on its way.
                var versions = _seen.Where(happened => happened.WalletId == wallet).Select(happened => happened.Version).ToList();
                Assert.Equal(Enumerable.Range(1, versions.Count).Select(version => (long)version), versions);
            }

            var last = _seen.Single(happened => happened.WalletId == _lastWallet && happened.Version == _lastVersion).Entry!;
            Assert.Equal((EntryType.Withdraw, Usd(3), 197), (last.Type, last.Amount, last.BalanceAfterMinor));
        }
    }

    [Fact]
    public async Task What_was_missed_is_read_from_the_position_on()
    {
        var activity = cluster.Client.GetGrain<IActivityGrain>(0);
        var from = await activity.FindEndAsync();
        var wallet = await cluster.OpenAsync(7);
        var partition = ActivityQuery.PartitionOf(wallet, new ActivityOptions().Partitions);
        var batch = await activity.ReadAsync(partition, from);
        Assert.Equal((partition, from), (batch.Partition, batch.From));
        Assert.True(batch.To > from);
        var happened = Assert.Single(batch.Events!, happened => happened.WalletId == wallet);
        Assert.Equal((1, EntryType.Fund, 7), (happened.Version, happened.Entry!.Type, happened.Entry.Amount.MinorUnits));
    }

    private async Task SubscribeAsync()
    {
        var activity = cluster.Client.GetGrain<IActivityGrain>(0);
        for (var partition = 0; partition < new ActivityOptions().Partitions; partition++)
        {
            var number = partition;
            await cluster.Client.GetGrain<IJournalRelayGrain>(number).StartAsync();
            var follower = new ActivityFollower(new ActivityOptions().Partitions, await activity.FindEndAsync());
            var stream = cluster.Client.GetStreamProvider(ActivityStreams.Provider).GetStream<ActivityBatch>(StreamId.Create(ActivityStreams.Wallets, number));
            _subscriptions.Add(await stream.SubscribeAsync(async (batch, _) =>
            {
                follower.Hear(batch);
                while (await follower.AdvanceAsync(from => activity.ReadAsync(number, from), TakeAsync))
                {
                }
            }));
        }
    }

    private Task TakeAsync(ActivityBatch batch)
    {
        lock (_lock)
        {
            _seen.AddRange(batch.Events!);
            if (_seen.Any(happened => happened.WalletId == _lastWallet && happened.Version == _lastVersion))
            {
                _done.Raise();
            }
        }

        return Task.CompletedTask;
    }
}
