using Npgsql;
using WalletGrains.Journal.Embedded;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Embedded;

public sealed class PostgresDurabilityTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(140011, "on", "on", "on", "The server is PostgreSQL 14; 15 or newer is needed.")]
    [InlineData(150018, "off", "on", "on", "fsync is off: a crash of the machine can destroy all data.")]
    [InlineData(150018, "on", "off", "on", "synchronous_commit is off: a crash loses payments that were acknowledged.")]
    [InlineData(150018, "on", "on", "off", "full_page_writes is off: a power failure can tear pages beyond repair.")]
    public void Each_unsafe_setting_is_an_objection_of_its_own(int version, string fsync, string synchronousCommit, string fullPageWrites, string objection)
    {
        var durability = new PostgresDurability(version, fsync, synchronousCommit, fullPageWrites);

        Assert.False(durability.IsSafe);
        Assert.Equal(objection, Assert.Single(durability.Objections));
    }

    [Theory]
    [InlineData("on")]
    [InlineData("local")]
    [InlineData("remote_write")]
    [InlineData("remote_apply")]
    public void Every_commit_that_waits_for_the_local_disk_is_safe(string synchronousCommit) =>
        Assert.True(new PostgresDurability(180000, "on", synchronousCommit, "on").IsSafe);

    [Fact]
    public async Task A_connection_string_that_turns_synchronous_commit_off_is_seen()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync(Cancelled);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString + ";Options=-c synchronous_commit=off");

        var durability = await PostgresDurability.CheckAsync(source, Cancelled);

        Assert.Equal("off", durability.SynchronousCommit);
        Assert.False(durability.IsSafe);
    }
}
