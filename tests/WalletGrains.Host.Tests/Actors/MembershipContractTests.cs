using Xunit;

namespace WalletGrains.Host.Tests.Actors;

public sealed class MembershipContractTests(SharedActorDatabase shared) : IClassFixture<SharedActorDatabase>
{
    private const int Active = 3;
    private const int Dead = 6;
    private static readonly DateTime s_start = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private readonly string _cluster = $"cluster {Guid.NewGuid()}";

    [Fact]
    public async Task A_cluster_without_members_answers_its_version_alone()
    {
        var database = await shared.GetAsync();
        Assert.Equal(1, await FoundAsync(database));
        Assert.Equal(0, await FoundAsync(database));

        var row = Assert.Single(await database.RowsAsync("MembershipReadAllKey", ("DeploymentId", _cluster)));

        Assert.Equal(0, row["Version"]);
        Assert.Null(row["StartTime"]);
    }

    [Fact]
    public async Task Of_hosts_that_found_a_cluster_together_exactly_one_does()
    {
        var database = await shared.GetAsync();

        var founded = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => FoundAsync(database)));

        Assert.Equal(1, founded.Sum());
    }

    [Fact]
    public async Task A_joined_silo_is_read_back_and_moves_the_version()
    {
        var database = await shared.GetAsync();
        await FoundAsync(database);
        Assert.Equal(1, await JoinAsync(database, port: 1, version: 0));

        var row = Assert.Single(await database.RowsAsync("MembershipReadRowKey", Silo(1)));

        Assert.Equal(("10.0.0.1", 1, 77, "silo", "host"), (row["Address"], row["Port"], row["Generation"], row["SiloName"], row["HostName"]));
        Assert.Equal((Active, 30000, s_start, s_start, 1), (row["Status"], row["ProxyPort"], row["StartTime"], row["IAmAliveTime"], row["Version"]));
        Assert.Null(row["SuspectTimes"]);
    }

    [Fact]
    public async Task Joining_on_a_stale_version_changes_neither_the_members_nor_the_version()
    {
        var database = await shared.GetAsync();
        await FoundAsync(database);
        await JoinAsync(database, port: 1, version: 0);

        Assert.Equal(0, await JoinAsync(database, port: 2, version: 0));
        Assert.Equal([1], await MembersAsync(database));
        Assert.Equal(1, await VersionAsync(database));
    }

    [Fact]
    public async Task Joining_twice_changes_neither_the_members_nor_the_version()
    {
        var database = await shared.GetAsync();
        await FoundAsync(database);
        await JoinAsync(database, port: 1, version: 0);

        Assert.Equal(0, await JoinAsync(database, port: 1, version: 1));
        Assert.Equal(1, await VersionAsync(database));
    }

    [Fact]
    public async Task Of_silos_that_join_together_on_one_version_exactly_one_does()
    {
        var database = await shared.GetAsync();
        await FoundAsync(database);

        var joined = await Task.WhenAll(Enumerable.Range(1, 16).Select(port => JoinAsync(database, port, version: 0)));

        Assert.Equal(1, joined.Sum());
        Assert.Single(await MembersAsync(database));
        Assert.Equal(1, await VersionAsync(database));
    }

    [Fact]
    public async Task A_change_of_status_needs_the_newest_version()
    {
        var database = await shared.GetAsync();
        await FoundAsync(database);
        await JoinAsync(database, port: 1, version: 0);

        Assert.Equal(0, await ChangeAsync(database, port: 1, version: 0));
        Assert.Equal(1, await ChangeAsync(database, port: 1, version: 1));

        var row = Assert.Single(await database.RowsAsync("MembershipReadRowKey", Silo(1)));
        Assert.Equal((Dead, "10.0.0.2:2@5,2026-03-01", 2), (row["Status"], row["SuspectTimes"], row["Version"]));
    }

    [Fact]
    public async Task A_change_of_a_silo_that_is_not_there_leaves_the_version()
    {
        var database = await shared.GetAsync();
        await FoundAsync(database);

        Assert.Equal(0, await ChangeAsync(database, port: 1, version: 0));
        Assert.Equal(0, await VersionAsync(database));
    }

    [Fact]
    public async Task A_heartbeat_leaves_the_version()
    {
        var database = await shared.GetAsync();
        await FoundAsync(database);
        await JoinAsync(database, port: 1, version: 0);

        await database.RowsAsync("UpdateIAmAlivetimeKey", [.. Silo(1), ("IAmAliveTime", s_start.AddMinutes(5))]);

        var row = Assert.Single(await database.RowsAsync("MembershipReadRowKey", Silo(1)));
        Assert.Equal((s_start.AddMinutes(5), 1), (row["IAmAliveTime"], row["Version"]));
    }

    [Fact]
    public async Task Clients_see_the_gateways_of_active_silos_only()
    {
        var database = await shared.GetAsync();
        await FoundAsync(database);
        await JoinAsync(database, port: 1, version: 0);
        await JoinAsync(database, port: 2, version: 1);
        await JoinAsync(database, port: 3, version: 2, gateway: 0);
        await ChangeAsync(database, port: 1, version: 3);

        var gateways = await database.RowsAsync("GatewaysQueryKey", ("DeploymentId", _cluster), ("Status", Active));

        var row = Assert.Single(gateways);
        Assert.Equal(("10.0.0.1", 30000, 77), (row["Address"], row["ProxyPort"], row["Generation"]));
    }

    [Fact]
    public async Task Cleaning_up_removes_long_dead_silos_and_no_active_one()
    {
        var database = await shared.GetAsync();
        await FoundAsync(database);
        await JoinAsync(database, port: 1, version: 0);
        await JoinAsync(database, port: 2, version: 1);
        await ChangeAsync(database, port: 1, version: 2);

        await database.RowsAsync("CleanupDefunctSiloEntriesKey", ("DeploymentId", _cluster), ("IAmAliveTime", s_start));
        Assert.Equal([1, 2], await MembersAsync(database));
        await database.RowsAsync("CleanupDefunctSiloEntriesKey", ("DeploymentId", _cluster), ("IAmAliveTime", s_start.AddDays(7)));
        Assert.Equal([2], await MembersAsync(database));
    }

    [Fact]
    public async Task Deleting_a_cluster_leaves_the_others()
    {
        var database = await shared.GetAsync();
        await FoundAsync(database);
        await JoinAsync(database, port: 1, version: 0);
        await database.ScalarAsync<int>("InsertMembershipVersionKey", ("DeploymentId", $"other {_cluster}"));

        await database.RowsAsync("DeleteMembershipTableEntriesKey", ("DeploymentId", _cluster));

        Assert.Empty(await database.RowsAsync("MembershipReadAllKey", ("DeploymentId", _cluster)));
        Assert.Single(await database.RowsAsync("MembershipReadAllKey", ("DeploymentId", $"other {_cluster}")));
    }

    private (string Name, object? Value)[] Silo(int port) =>
        [("DeploymentId", _cluster), ("Address", "10.0.0.1"), ("Port", port), ("Generation", 77)];

    private Task<int> FoundAsync(ActorDatabase database) => database.ScalarAsync<int>("InsertMembershipVersionKey", ("DeploymentId", _cluster));

    private Task<int> JoinAsync(ActorDatabase database, int port, int version, int gateway = 30000) =>
        database.ScalarAsync<int>("InsertMembershipKey",
        [
            .. Silo(port), ("IAmAliveTime", s_start), ("SiloName", "silo"), ("HostName", "host"), ("StartTime", s_start),
            ("Status", Active), ("ProxyPort", gateway), ("Version", version),
        ]);

    private Task<int> ChangeAsync(ActorDatabase database, int port, int version) =>
        database.ScalarAsync<int>("UpdateMembershipKey",
        [
            .. Silo(port), ("IAmAliveTime", s_start), ("Status", Dead), ("SuspectTimes", "10.0.0.2:2@5,2026-03-01"), ("Version", version),
        ]);

    private async Task<IEnumerable<int>> MembersAsync(ActorDatabase database) =>
        (await database.RowsAsync("MembershipReadAllKey", ("DeploymentId", _cluster))).Select(row => (int)row["Port"]!).Order();

    private async Task<int> VersionAsync(ActorDatabase database) =>
        (int)(await database.RowsAsync("MembershipReadAllKey", ("DeploymentId", _cluster)))[0]["Version"]!;
}
