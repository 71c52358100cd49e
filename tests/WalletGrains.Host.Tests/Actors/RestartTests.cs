using WalletGrains.Host.Actors;
using Xunit;

namespace WalletGrains.Host.Tests.Actors;

/// <summary>What grains have stored outlives the process, on either runtime.</summary>
public sealed class RestartTests
{
    private readonly Guid _key = Guid.NewGuid();

    [Fact]
    public async Task State_survives_a_restart()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using (var before = await StartAsync(database))
            Assert.Equal(5, await Probe(before).AddAsync(5));

        await using var after = await StartAsync(database);

        Assert.Equal(7, await Probe(after).AddAsync(2));
    }

    [Fact]
    public async Task A_cleared_state_stays_empty_and_can_be_written_again()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using (var before = await StartAsync(database))
        {
            await Probe(before).AddAsync(5);
            await Probe(before).ClearAsync();
        }

        await using var after = await StartAsync(database);

        Assert.Equal(2, await Probe(after).AddAsync(2));
    }

    [Fact]
    public async Task Grain_classes_with_one_key_and_one_name_of_their_state_do_not_share_it()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using var host = await StartAsync(database);
        await Probe(host).AddAsync(5);

        Assert.Equal(0, await host.Client.GetGrain<INeighbourGrain>(_key).GetAsync());
    }

    [Fact]
    public async Task A_reminder_survives_a_restart_and_ticks()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using (var before = await StartAsync(database))
            await Probe(before).RemindAsync();
        // Due in an hour: the test lets the hours pass faster.
        await using (var hurry = database.DataSource.CreateCommand("UPDATE OrleansRemindersTable SET start_time = now(), period = 1000"))
            Assert.Equal(1, await hurry.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        var tick = ProbeSignals.Of(_key, "wake");

        await using var after = await StartAsync(database);

        await tick.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(await Probe(after).IsRemindedAsync());
    }

    [Fact]
    public async Task A_removed_reminder_is_gone_for_good()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using (var before = await StartAsync(database))
        {
            await Probe(before).RemindAsync();
            await Probe(before).ForgetAsync();
        }

        await using var after = await StartAsync(database);

        Assert.False(await Probe(after).IsRemindedAsync());
    }

    [Fact]
    public async Task A_write_over_a_newer_row_of_somebody_else_is_a_conflict_and_the_next_call_sees_that_row()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using var host = await StartAsync(database);
        await Probe(host).AddAsync(5);
        await using (var other = database.DataSource.CreateCommand("""UPDATE OrleansStorage SET version = version + 1, payload = '{"Total":100}'"""))
            Assert.Equal(1, await other.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        await Assert.ThrowsAnyAsync<Orleans.Storage.InconsistentStateException>(() => Probe(host).AddAsync(1));

        Assert.Equal(101, await Probe(host).AddAsync(1));
    }

    [Fact]
    public async Task Activity_reaches_the_grains_that_subscribe_by_their_class()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using var host = await StartAsync(database);
        var received = ProbeSignals.Of(_key, "hello");

        await host.Client.GetStreamProvider("Activity").GetStream<string>(StreamId.Create("probe", _key)).OnNextAsync("hello");

        await received.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);
    }

    private static Task<TestHost> StartAsync(ActorDatabase database) => TestHost.StartAsync(database, ActorRole.All);

    private IProbeGrain Probe(TestHost host) => host.Client.GetGrain<IProbeGrain>(_key);
}
