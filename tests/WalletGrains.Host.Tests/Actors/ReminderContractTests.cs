using Xunit;

namespace WalletGrains.Host.Tests.Actors;

public sealed class ReminderContractTests(SharedActorDatabase shared) : IClassFixture<SharedActorDatabase>
{
    private readonly string _service = $"service {Guid.NewGuid()}";

    private string Other => $"other {_service}";

    [Fact]
    public async Task A_registered_reminder_is_read_back_to_the_second_and_millisecond()
    {
        var database = await shared.GetAsync();
        var version = await new ReminderRow(database, _service).UpsertAsync();

        var row = (await new ReminderRow(database, _service).ReadAsync())!;

        Assert.Equal("recovery/0", row["GrainId"]);
        Assert.Equal("wake", row["ReminderName"]);
        Assert.Equal(ReminderRow.Start, row["StartTime"]);
        Assert.Equal(60_000L, row["Period"]);
        Assert.Equal(version, row["Version"]);
    }

    [Fact]
    public async Task A_period_longer_than_an_int_of_milliseconds_is_kept()
    {
        var database = await shared.GetAsync();
        var monthly = new ReminderRow(database, _service) { Period = 31L * 24 * 60 * 60 * 1000 };
        await monthly.UpsertAsync();

        Assert.Equal(monthly.Period, (await monthly.ReadAsync())!["Period"]);
    }

    [Fact]
    public async Task Registering_again_replaces_the_reminder_and_its_version()
    {
        var database = await shared.GetAsync();
        var first = await new ReminderRow(database, _service).UpsertAsync();
        var second = await new ReminderRow(database, _service) { Period = 90_000 }.UpsertAsync();

        Assert.NotEqual(first, second);
        Assert.Equal(90_000L, (await new ReminderRow(database, _service).ReadAsync())!["Period"]);
    }

    [Fact]
    public async Task Of_concurrent_registrations_one_row_is_left()
    {
        var database = await shared.GetAsync();

        var versions = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => new ReminderRow(database, _service).UpsertAsync()));

        Assert.Equal(16, versions.Distinct().Count());
        Assert.Single(await database.RowsAsync("ReadReminderRowsKey", ("ServiceId", _service), ("GrainId", "recovery/0")));
    }

    [Fact]
    public async Task Only_the_newest_version_can_be_removed()
    {
        var database = await shared.GetAsync();
        var reminder = new ReminderRow(database, _service);
        var first = await reminder.UpsertAsync();
        var second = await reminder.UpsertAsync();

        Assert.False(await reminder.DeleteAsync(first));
        Assert.True(await reminder.DeleteAsync(second));
        Assert.Null(await reminder.ReadAsync());
        Assert.False(await reminder.DeleteAsync(second));
    }

    [Fact]
    public async Task A_reminder_registered_again_after_its_removal_is_not_removed_by_an_old_version()
    {
        var database = await shared.GetAsync();
        var reminder = new ReminderRow(database, _service);
        var old = await reminder.UpsertAsync();
        await reminder.DeleteAsync(old);
        await reminder.UpsertAsync();

        Assert.False(await reminder.DeleteAsync(old));
    }

    [Theory]
    [InlineData("ReadRangeRows1Key", -50, 100, "0,100")]
    [InlineData("ReadRangeRows1Key", -100, 0, "-50,0")]
    [InlineData("ReadRangeRows1Key", 100, 2000, "")]
    [InlineData("ReadRangeRows2Key", 0, -50, "-2147483648,-50,100,2147483647")]
    [InlineData("ReadRangeRows2Key", 0, 0, "-2147483648,-50,0,100,2147483647")]
    [InlineData("ReadRangeRows2Key", 2147483647, -2147483648, "-2147483648")]
    public async Task A_range_excludes_its_begin_and_includes_its_end(string key, int begin, int end, string expected)
    {
        var database = await shared.GetAsync();
        foreach (var hash in new[] { int.MinValue, -50, 0, 100, int.MaxValue })
            await new ReminderRow(database, _service) { Grain = $"grain/{hash}", Hash = hash }.UpsertAsync();
        await new ReminderRow(database, Other).UpsertAsync();

        var rows = await database.RowsAsync(key, ("ServiceId", _service), ("BeginHash", begin), ("EndHash", end));

        var hashes = rows.Select(row => int.Parse(((string)row["GrainId"]!)[6..], System.Globalization.CultureInfo.InvariantCulture)).Order();
        Assert.Equal(expected, string.Join(',', hashes));
    }

    [Fact]
    public async Task Removing_all_reminders_of_a_service_leaves_those_of_others()
    {
        var database = await shared.GetAsync();
        await new ReminderRow(database, _service).UpsertAsync();
        await new ReminderRow(database, Other).UpsertAsync();

        await database.RowsAsync("DeleteReminderRowsKey", ("ServiceId", _service));

        Assert.Null(await new ReminderRow(database, _service).ReadAsync());
        Assert.NotNull(await new ReminderRow(database, Other).ReadAsync());
    }
}
