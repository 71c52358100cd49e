using System.Diagnostics.Metrics;
using WalletGrains.Api.Push;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

/// <summary>A thousand connections, of which two hundred never read.</summary>
[Collection(Collection)]
public sealed class SlowClientTests : IAsyncLifetime
{
    /// <summary>One after another: what is dropped is counted for the whole process.</summary>
    public const string Collection = "Slow clients";

    private const int Slow = 200;
    private const int Users = 40;
    private const int ConnectionsOfUser = 20;
    private const int EntriesOfUser = 10;
    private const int MaxEntriesOfSlow = 20_000;

    private readonly ApiFixture _api = new();

    public async ValueTask InitializeAsync() => await _api.StartAsync("Development", proxied: null, $"--Push:MaxConnectionsPerUser={Slow}", "--Push:SlowClientSeconds=1");

    public async ValueTask DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Those_that_never_read_are_dropped_and_the_others_get_everything()
    {
        await using var clients = JavaScriptClients.Start(_api.Address);
        using var dropped = new Drops(Slow);
        var slow = _api.Customer();
        var slowWallet = await slow.OpenWalletAsync();
        Assert.Empty(await clients.ConnectManyAsync("slow", Enumerable.Repeat(slow.Token!, Slow)));
        var users = new List<(ApiCaller Caller, Guid WalletId)>();
        for (var i = 0; i < Users; i++)
        {
            var caller = _api.Customer();
            users.Add((caller, await caller.OpenWalletAsync()));
        }

        Assert.Empty(await clients.ConnectManyAsync("fast", users.SelectMany(user => Enumerable.Repeat(user.Caller.Token!, ConnectionsOfUser))));
        await clients.PauseAsync("slow");

        // More than lies anywhere between the host and a client that does not read.
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < MaxEntriesOfSlow / 32 && !dropped.All.IsRaised; i++)
            {
                await slow.PostAsync($"/wallet/{slowWallet}/deposit", """{"amount":1}""");
            }
        })).Append(Task.WhenAll(users.Select(user => Task.Run(async () =>
        {
            for (var i = 0; i < EntriesOfUser; i++)
            {
                await user.Caller.PostAsync($"/wallet/{user.WalletId}/deposit", """{"amount":1}""");
            }
        })))));

        await dropped.All.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);
        await clients.AllHaveAsync(users.SelectMany((user, index) => Enumerable.Range(0, ConnectionsOfUser).Select(i => ($"fast{(index * ConnectionsOfUser) + i}", user.WalletId, (long)EntriesOfUser))));
        var summary = await clients.SummaryAsync("fast");
        Assert.Equal((Users * ConnectionsOfUser, Users * ConnectionsOfUser * EntriesOfUser, 0, 0L), (summary.Clients, summary.Updates, summary.NotIncreasing, summary.Skipped));

        await clients.GoOnAsync("slow");
        Assert.Equal(Slow, await clients.AllClosedAsync("slow"));
        Assert.Equal(0, (await clients.SummaryAsync("slow")).NotIncreasing);
    }

    /// <summary>Counts the connections that were dropped because they are slow.</summary>
    private sealed class Drops : IDisposable
    {
        private readonly MeterListener _listener = new();
        private int _count;

        public Drops(int expected)
        {
            All = new Signal($"{expected} connections were dropped because they are slow");
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == PushMetrics.MeterName && instrument.Name == "walletgrains.push.dropped")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            {
                if (tags.ToArray().Contains(new("reason", "slow")) && Interlocked.Increment(ref _count) == expected)
                {
                    All.Raise();
                }
            });
            _listener.Start();
        }

        public Signal All { get; }

        public void Dispose() => _listener.Dispose();
    }
}
