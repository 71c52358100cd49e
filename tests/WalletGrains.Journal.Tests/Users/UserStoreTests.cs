using WalletGrains.Journal.Users;
using Xunit;

namespace WalletGrains.Journal.Tests.Users;

public sealed class UserStoreTests(PostgresJournalFixture postgres) : IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly PostgresUserStore _users = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    public async ValueTask InitializeAsync() => await postgres.ExecuteAsync("delete from users");

    public ValueTask DisposeAsync() => _users.DisposeAsync();

    [Fact]
    public async Task The_last_operator_is_neither_locked_nor_made_something_else()
    {
        var (first, second) = (await NewUserAsync("operator"), await NewUserAsync("operator"));
        Assert.NotNull((await _users.LockAsync(first, null, Noon)).User);
        Assert.Equal(new UserUpdate(true, null), await _users.LockAsync(second, null, Noon));
        Assert.Equal(new UserUpdate(true, null), await _users.SetRoleAsync(second, "customer", Noon));
        Assert.NotNull((await _users.SetRoleAsync(second, "operator", Noon)).User);

        // One who is locked is none who could help.
        Assert.NotNull((await _users.SetRoleAsync(first, "customer", Noon)).User);
        Assert.Equal(new UserUpdate(false, null), await _users.LockAsync(Guid.CreateVersion7(), null, Noon));
    }

    [Fact]
    public async Task Two_operators_who_lock_each_other_at_the_same_time_leave_one()
    {
        for (var i = 0; i < 10; i++)
        {
            await postgres.ExecuteAsync("delete from users");
            var (first, second) = (await NewUserAsync("operator"), await NewUserAsync("operator"));
            var updates = await Task.WhenAll(_users.LockAsync(first, null, Noon), _users.LockAsync(second, null, Noon));
            Assert.Single(updates, update => update.User is not null);
        }
    }

    [Fact]
    public async Task A_list_has_what_was_selected_the_newest_first()
    {
        var ids = new List<Guid>();
        foreach (var role in (string[])["customer", "service", "customer", "operator"])
        {
            ids.Insert(0, await NewUserAsync(role, Noon.AddSeconds(ids.Count)));
        }

        await _users.LockAsync(ids[1], "why", Noon);
        Assert.Equal(ids, await ListAsync(new UserSelection(null, null, null)));
        Assert.Equal([ids[1], ids[3]], await ListAsync(new UserSelection(null, "customer", null)));
        Assert.Equal([ids[1]], await ListAsync(new UserSelection(null, null, true)));
        Assert.Equal([ids[3]], await ListAsync(new UserSelection(null, "customer", false)));
        Assert.Equal([ids[2]], await ListAsync(new UserSelection($"{ids[2]:N}@example.com", null, null)));
        Assert.Equal([ids[2]], await ListAsync(new UserSelection(null, null, null), before: ids[1], limit: 1));
    }

    private async Task<Guid[]> ListAsync(UserSelection selection, Guid? before = null, int limit = 10) =>
        [.. (await _users.ListAsync(selection, before, limit, TestContext.Current.CancellationToken)).Select(user => user.UserId)];

    private async Task<Guid> NewUserAsync(string role, DateTimeOffset? at = null)
    {
        var id = Guid.CreateVersion7(at ?? Noon);
        var email = $"{id:N}@example.com";
        Assert.True(await _users.TryInsertAsync(new UserRow(id, email, email, "hash", "Ada", null, role, null, null, Noon)));
        return id;
    }
}
