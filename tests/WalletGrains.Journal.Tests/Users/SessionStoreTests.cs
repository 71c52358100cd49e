using System.Security.Cryptography;
using WalletGrains.Journal.Users;
using Xunit;

namespace WalletGrains.Journal.Tests.Users;

public sealed class SessionStoreTests(PostgresJournalFixture postgres) : IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);
    private static readonly AttemptLimits Attempts = new(10, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(15), TimeSpan.FromDays(1), 100, TimeSpan.FromMinutes(5));

    private readonly PostgresSessionStore _sessions = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresUserStore _users = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _sessions.DisposeAsync();
        await _users.DisposeAsync();
    }

    [Fact]
    public async Task A_token_is_replaced_once_and_the_one_before_it_is_late_for_ten_seconds_and_then_stolen()
    {
        var (session, first) = await OpenAsync(await NewUserAsync());
        var (second, third) = (NewHash(), NewHash());
        Assert.NotNull(await RenewAsync(session, first, second, Noon));
        Assert.Null(await RenewAsync(session, first, third, Noon));

        Assert.Null(await _sessions.EndReusedAsync(session, first, Noon.AddSeconds(9), Overlap));
        Assert.NotNull(await RenewAsync(session, second, third, Noon.AddSeconds(9)));
        Assert.NotNull(await _sessions.EndReusedAsync(session, second, Noon.AddSeconds(19), Overlap));
        Assert.Null(await RenewAsync(session, third, NewHash(), Noon.AddSeconds(19)));
    }

    [Fact]
    public async Task The_same_renewal_again_has_the_same_answer_until_its_token_is_used_or_ten_seconds_are_over()
    {
        var user = await NewUserAsync();
        var (session, first) = await OpenAsync(user);
        var (second, third) = (NewHash(), NewHash());
        Assert.NotNull(await RenewAsync(session, first, second, Noon));
        Assert.NotNull(await RenewAsync(session, first, second, Noon.AddSeconds(9)));
        Assert.Null(await RenewAsync(session, first, second, Noon.AddSeconds(10)));

        // What was answered again is neither younger nor older than it was.
        var expires = await postgres.ScalarAsync<DateTime>($"select token_expires_at from sessions where session_id = '{session}'");
        Assert.Equal(Noon.AddDays(1).UtcDateTime, expires);
        Assert.NotNull(await RenewAsync(session, second, third, Noon.AddSeconds(10)));
        Assert.Null(await RenewAsync(session, first, second, Noon.AddSeconds(10)));
        Assert.Equal(user.UserId, await _sessions.EndReusedAsync(session, first, Noon.AddSeconds(10), Overlap));
    }

    [Fact]
    public async Task Many_who_ask_for_the_same_renewal_at_the_same_time_all_get_it()
    {
        var (session, token) = await OpenAsync(await NewUserAsync());
        var next = NewHash();
        var renewed = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RenewAsync(session, token, next, Noon)));
        Assert.All(renewed, Assert.NotNull);
    }

    [Fact]
    public async Task A_token_from_before_the_one_before_ends_the_session_at_once()
    {
        var user = await NewUserAsync();
        var (session, first) = await OpenAsync(user);
        var (second, third) = (NewHash(), NewHash());
        await RenewAsync(session, first, second, Noon);
        await RenewAsync(session, second, third, Noon);
        Assert.Equal(user.UserId, await _sessions.EndReusedAsync(session, first, Noon, Overlap));
        Assert.Null(await _sessions.EndReusedAsync(session, first, Noon, Overlap));
        Assert.Null(await RenewAsync(session, third, NewHash(), Noon));
    }

    [Fact]
    public async Task Of_many_who_go_on_with_one_token_to_others_at_the_same_time_one_does()
    {
        var (session, token) = await OpenAsync(await NewUserAsync());
        var renewed = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RenewAsync(session, token, NewHash(), Noon)));
        Assert.Single(renewed, user => user is not null);
    }

    [Fact]
    public async Task A_token_and_a_session_count_until_their_time_is_over()
    {
        var user = await NewUserAsync();
        var (idle, token) = await OpenAsync(user);
        Assert.Null(await RenewAsync(idle, token, NewHash(), Noon.AddDays(1)));

        // Every refresh asks for another day; the session still ends after three.
        var (session, current) = await OpenAsync(user);
        foreach (var hours in (int[])[23, 46, 69])
        {
            var next = NewHash();
            Assert.NotNull(await RenewAsync(session, current, next, Noon.AddHours(hours)));
            current = next;
        }

        Assert.Null(await RenewAsync(session, current, NewHash(), Noon.AddDays(3)));
    }

    [Fact]
    public async Task Beyond_the_sessions_a_user_may_have_the_oldest_ends()
    {
        var user = await NewUserAsync();
        var opened = new List<(Guid Session, byte[] Token)>();
        for (var i = 0; i < 4; i++)
        {
            opened.Add(await OpenAsync(user, Noon.AddMinutes(i), maxSessions: 3));
        }

        Assert.Null(await RenewAsync(opened[0].Session, opened[0].Token, NewHash(), Noon.AddHours(1)));
        foreach (var (session, token) in opened.Skip(1))
        {
            Assert.NotNull(await RenewAsync(session, token, NewHash(), Noon.AddHours(1)));
        }
    }

    [Fact]
    public async Task Long_ended_sessions_are_forgotten_when_their_user_signs_in_again()
    {
        var user = await NewUserAsync();
        var (ended, _) = await OpenAsync(user);
        await _sessions.EndAsync(ended, Noon);
        await OpenAsync(user, Noon.AddDays(2));
        Assert.Equal(1, await postgres.ScalarAsync<long>($"select count(*) from sessions where user_id = '{user.UserId}'"));
    }

    [Fact]
    public async Task A_locked_user_goes_on_with_no_session_and_opens_none()
    {
        var user = await NewUserAsync();
        var (session, token) = await OpenAsync(user);
        Assert.NotNull((await _users.LockAsync(user.UserId, "stolen phone", Noon)).User!.LockedAt);
        Assert.Null(await RenewAsync(session, token, NewHash(), Noon));
        Assert.Null(await OpenAsync(NewSession(user, NewHash(), Noon), 3));

        Assert.Null((await _users.UnlockAsync(user.UserId, Noon)).User!.LockedAt);
        Assert.Null(await RenewAsync(session, token, NewHash(), Noon));
        Assert.NotNull(await OpenAsync(NewSession(user, NewHash(), Noon), 3));
    }

    [Fact]
    public async Task No_session_survives_that_is_opened_while_its_user_is_being_locked()
    {
        for (var i = 0; i < 20; i++)
        {
            var user = await NewUserAsync();
            var openings = Enumerable.Range(0, 3).Select(_ => OpenAsync(NewSession(user, NewHash(), Noon), 10)).ToList();
            await Task.WhenAll(openings.Append((Task)_users.LockAsync(user.UserId, null, Noon)));
            Assert.Equal(0, await postgres.ScalarAsync<long>($"select count(*) from sessions where user_id = '{user.UserId}' and ended_at is null"));
        }
    }

    [Fact]
    public async Task Another_role_ends_the_sessions_and_the_same_role_does_not()
    {
        var user = await NewUserAsync();
        var (session, token) = await OpenAsync(user);
        await _users.SetRoleAsync(user.UserId, "customer", Noon);
        var next = NewHash();
        Assert.NotNull(await RenewAsync(session, token, next, Noon));
        Assert.Equal("operator", (await _users.SetRoleAsync(user.UserId, "operator", Noon)).User!.Role);
        Assert.Null(await RenewAsync(session, next, NewHash(), Noon));
        await _users.SetRoleAsync(user.UserId, "customer", Noon);
    }

    [Fact]
    public async Task A_session_is_of_the_role_that_its_user_has_when_it_begins()
    {
        var asSeenBeforeThePassword = await NewUserAsync();
        await _users.SetRoleAsync(asSeenBeforeThePassword.UserId, "service", Noon);
        var opened = await OpenAsync(NewSession(asSeenBeforeThePassword, NewHash(), Noon), 3);
        Assert.Equal(asSeenBeforeThePassword with { Role = "service" }, opened);
    }

    private Task<UserRow?> RenewAsync(Guid session, byte[] token, byte[] next, DateTimeOffset now) =>
        _sessions.RenewAsync(new TokenRenewal(session, token, next, now.AddDays(1)), now, Overlap);

    private async Task<UserRow> NewUserAsync()
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        var user = new UserRow(Guid.CreateVersion7(), email, email, "hash", "Ada", null, "customer", null, null, Noon);
        Assert.True(await _users.TryInsertAsync(user));
        return user;
    }

    private async Task<(Guid Session, byte[] Token)> OpenAsync(UserRow user, DateTimeOffset? at = null, int maxSessions = 10)
    {
        var token = NewHash();
        var session = NewSession(user, token, at ?? Noon);
        Assert.NotNull(await OpenAsync(session, maxSessions));
        return (session.SessionId, token);
    }

    private Task<UserRow?> OpenAsync(NewSession session, int maxSessions) =>
        _sessions.OpenAsync(session, new SignInClaim(NewHash(), "nobody", []), Attempts, maxSessions);

    private static NewSession NewSession(UserRow user, byte[] token, DateTimeOffset at) =>
        new(Guid.CreateVersion7(), user.UserId, token, at, at.AddDays(1), at.AddDays(3));

    private static byte[] NewHash() => RandomNumberGenerator.GetBytes(32);
}
