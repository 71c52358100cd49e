using System.Text;
using Xunit;

namespace WalletGrains.Host.Tests.Actors;

public sealed class StorageContractTests(SharedActorDatabase shared) : IClassFixture<SharedActorDatabase>
{
    private readonly string _service = $"service {Guid.NewGuid()}";

    [Fact]
    public async Task A_state_that_was_never_written_has_no_row()
    {
        var database = await shared.GetAsync();

        Assert.Null(await new StateRow(database, _service).ReadAsync());
    }

    [Fact]
    public async Task A_first_write_is_read_back_and_every_write_has_another_version()
    {
        var database = await shared.GetAsync();
        var state = new StateRow(database, _service);

        var first = await state.WriteAsync(null, "one");
        var second = await state.WriteAsync(first, "two");

        Assert.NotNull(first);
        Assert.NotEqual(first, second);
        Assert.Equal(("two", second), await state.ReadAsync());
    }

    [Fact]
    public async Task A_second_first_write_is_a_conflict_and_changes_nothing()
    {
        var database = await shared.GetAsync();
        var state = new StateRow(database, _service);
        var first = await state.WriteAsync(null, "one");

        Assert.Null(await state.WriteAsync(null, "other"));
        Assert.Equal(("one", first), await state.ReadAsync());
    }

    [Fact]
    public async Task A_write_with_an_old_version_is_a_conflict_and_changes_nothing()
    {
        var database = await shared.GetAsync();
        var state = new StateRow(database, _service);
        var first = await state.WriteAsync(null, "one");
        var second = await state.WriteAsync(first, "two");

        Assert.Null(await state.WriteAsync(first, "late"));
        Assert.Equal(("two", second), await state.ReadAsync());
    }

    [Fact]
    public async Task A_write_with_a_version_of_a_state_that_is_not_there_is_a_conflict()
    {
        var database = await shared.GetAsync();
        var state = new StateRow(database, _service);

        Assert.Null(await state.WriteAsync(7, "one"));
        Assert.Null(await state.ReadAsync());
    }

    [Fact]
    public async Task Of_concurrent_first_writes_exactly_one_wins()
    {
        var database = await shared.GetAsync();
        var state = new StateRow(database, _service);

        var versions = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => state.WriteAsync(null, $"writer {i}")));

        Assert.Single(versions, version => version is not null);
        await using var count = database.DataSource.CreateCommand($"SELECT count(*) FROM OrleansStorage WHERE service_id = '{_service}'");
        Assert.Equal(1L, await count.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Of_concurrent_writes_with_one_version_exactly_one_wins()
    {
        var database = await shared.GetAsync();
        var state = new StateRow(database, _service);
        var first = await state.WriteAsync(null, "one");

        var versions = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => state.WriteAsync(first, $"writer {i}")));

        Assert.Single(versions, version => version is not null);
    }

    [Fact]
    public async Task A_cleared_state_is_empty_and_its_old_version_cannot_bring_it_back()
    {
        var database = await shared.GetAsync();
        var state = new StateRow(database, _service);
        var written = await state.WriteAsync(null, "one");

        var cleared = await state.EndAsync("ClearStorageKey", written);

        Assert.NotNull(cleared);
        Assert.Equal((null, cleared), await state.ReadAsync());
        Assert.Null(await state.WriteAsync(written, "late"));
        Assert.Null(await state.WriteAsync(null, "late"));
        Assert.NotNull(await state.WriteAsync(cleared, "again"));
    }

    [Theory]
    [InlineData("ClearStorageKey")]
    [InlineData("DeleteStorageKey")]
    public async Task Ending_a_state_with_an_old_version_is_a_conflict(string key)
    {
        var database = await shared.GetAsync();
        var state = new StateRow(database, _service);
        var first = await state.WriteAsync(null, "one");
        var second = await state.WriteAsync(first, "two");

        Assert.Null(await state.EndAsync(key, first));
        Assert.Equal(("two", second), await state.ReadAsync());
    }

    [Fact]
    public async Task A_deleted_state_answers_the_version_after_its_last()
    {
        var database = await shared.GetAsync();
        var state = new StateRow(database, _service);
        var version = await state.WriteAsync(null, "one");

        Assert.Equal(version + 1, await state.EndAsync("DeleteStorageKey", version));
        Assert.Null(await state.ReadAsync());
    }

    [Fact]
    public async Task States_differ_by_service_name_and_every_part_of_the_key()
    {
        var database = await shared.GetAsync();
        StateRow[] states =
        [
            new(database, _service), new(database, $"other {_service}"), new(database, _service) { Name = "other" }, new(database, _service) { N0 = 9 },
            new(database, _service) { N1 = 9 }, new(database, _service) { Extension = "a" }, new(database, _service) { Extension = "A" },
        ];
        foreach (var (state, i) in states.Select((state, i) => (state, i)))
            Assert.NotNull(await state.WriteAsync(null, $"state {i}"));

        foreach (var (state, i) in states.Select((state, i) => (state, i)))
            Assert.Equal($"state {i}", (await state.ReadAsync())?.Payload);
    }

    private sealed record StateRow(ActorDatabase Database, string Service)
    {
        public string Name { get; init; } = "state";

        public long N0 { get; init; } = 1;

        public long N1 { get; init; } = 2;

        public string? Extension { get; init; }

        public Task<int?> WriteAsync(int? version, string payload) =>
            Database.ScalarAsync<int?>("WriteToStorageKey", [.. Key(), Version(version), ("PayloadBinary", Encoding.UTF8.GetBytes(payload))]);

        public Task<int?> EndAsync(string key, int? version) => Database.ScalarAsync<int?>(key, [.. Key(), Version(version)]);

        public async Task<(string? Payload, int? Version)?> ReadAsync()
        {
            var rows = await Database.RowsAsync("ReadFromStorageKey", Key());
            if (rows.Count == 0)
                return null;
            var row = Assert.Single(rows);
            return (row["PayloadBinary"] is byte[] payload ? Encoding.UTF8.GetString(payload) : null, (int?)row["Version"]);
        }

        private (string Name, object? Value)[] Key() =>
        [
            ("GrainIdHash", 11), ("GrainIdN0", N0), ("GrainIdN1", N1), ("GrainTypeHash", 12), ("GrainTypeString", Name),
            ("GrainIdExtensionString", (object?)Extension ?? Absent.Text), ("ServiceId", Service),
        ];

        private static (string Name, object? Value) Version(int? version) => ("GrainStateVersion", version is { } given ? given : Absent.Int);
    }
}
