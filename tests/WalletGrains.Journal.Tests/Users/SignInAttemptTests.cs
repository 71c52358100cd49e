using System.Security.Cryptography;
using WalletGrains.Journal.Users;
using Xunit;

namespace WalletGrains.Journal.Tests.Users;

public sealed class SignInAttemptTests(PostgresJournalFixture postgres) : IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AttemptLimits Limits = new(
        5, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30), TimeSpan.FromDays(1), AccountAttempts: 40, AccountRecovery: TimeSpan.FromSeconds(10));

    private readonly PostgresSessionStore _sessions = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly byte[] _address = RandomNumberGenerator.GetBytes(32);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    [Fact]
    public async Task The_fifth_attempt_locks_for_a_while_and_each_further_one_for_twice_as_long_up_to_the_longest()
    {
        var now = Noon;
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await AttemptAsync(now));
        }

        foreach (var seconds in (int[])[2, 4, 8, 16, 30, 30])
        {
            Assert.False(await AttemptAsync(now.AddSeconds(seconds - 1)));
            now = now.AddSeconds(seconds);
            Assert.True(await AttemptAsync(now));
        }
    }

    [Fact]
    public async Task Attempts_while_it_is_locked_make_no_lock_longer()
    {
        for (var i = 0; i < 5; i++)
        {
            await AttemptAsync(Noon);
        }

        for (var i = 0; i < 50; i++)
        {
            Assert.False(await AttemptAsync(Noon.AddSeconds(1)));
        }

        Assert.True(await AttemptAsync(Noon.AddSeconds(2)));
    }

    [Fact]
    public async Task A_hundred_attempts_at_once_are_counted_like_a_hundred_in_turn()
    {
        var admitted = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => AttemptAsync(Noon)));
        Assert.Equal(5, admitted.Count(yes => yes));
    }

    [Fact]
    public async Task A_day_without_attempts_and_a_pardon_forget_them()
    {
        for (var i = 0; i < 5; i++)
        {
            await AttemptAsync(Noon);
        }

        await _sessions.ForgiveAsync(_address);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await AttemptAsync(Noon));
        }

        for (var i = 0; i < 5; i++)
        {
            Assert.True(await AttemptAsync(Noon.AddDays(1).AddSeconds(1)));
        }

        Assert.False(await AttemptAsync(Noon.AddDays(1).AddSeconds(1)));
    }

    [Fact]
    public async Task Attempts_with_other_addresses_remove_what_is_a_day_old()
    {
        for (var i = 0; i < 20; i++)
        {
            await _sessions.AttemptAsync(new SignInClaim(RandomNumberGenerator.GetBytes(32), "nobody", [1]), Limits, Noon.AddDays(-30));
        }

        for (var i = 0; i < 10; i++)
        {
            await AttemptAsync(Noon);
        }

        Assert.Equal(0, await postgres.ScalarAsync<long>($"select count(*) from sign_in_attempts where attempted_at < '{Noon.AddDays(-1):O}'"));
        Assert.Equal(0, await postgres.ScalarAsync<long>($"select count(*) from sign_in_accounts where counted_until < '{Noon.AddDays(-1):O}'"));
    }

    [Fact]
    public async Task Attempts_from_one_network_lock_nobody_out_elsewhere()
    {
        for (var i = 0; i < 100; i++)
        {
            await AttemptAsync(Noon, from: 1);
        }

        Assert.False(await AttemptAsync(Noon, from: 1));
        Assert.True(await AttemptAsync(Noon, from: 2));
    }

    [Fact]
    public async Task From_all_networks_together_no_more_are_let_in_than_the_account_may_have_and_one_more_after_each_recovery()
    {
        var admitted = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => AttemptAsync(Noon, from: (byte)i)));
        Assert.Equal(40, admitted.Count(yes => yes));
        Assert.False(await AttemptAsync(Noon.AddSeconds(9), from: 200));
        Assert.True(await AttemptAsync(Noon.AddSeconds(10), from: 200));
        Assert.False(await AttemptAsync(Noon.AddSeconds(11), from: 201));
        Assert.Equal(41, await postgres.ScalarAsync<long>($"select count(*) from sign_in_attempts where email_hash = '\\x{Convert.ToHexString(_address)}'"));
    }

    [Fact]
    public async Task One_network_that_never_stops_does_not_use_up_what_all_have_together()
    {
        // Whenever its lock is over. The account recovers three attempts in the time of one.
        var now = Noon;
        for (var i = 0; i < 300; i++)
        {
            await AttemptAsync(now, from: 1);
            now += i < 5 ? TimeSpan.Zero : TimeSpan.FromSeconds(30);
        }

        for (var i = 0; i < 4; i++)
        {
            Assert.True(await AttemptAsync(now, from: 2));
        }
    }

    [Fact]
    public async Task Who_signs_in_takes_back_what_its_network_has_added_and_nothing_of_strangers()
    {
        await using var users = new PostgresUserStore(postgres.DataSource, new JournalOptions(), TimeProvider.System);
        var email = $"{Guid.NewGuid():N}@example.com";
        var user = new UserRow(Guid.CreateVersion7(), email, email, "hash", "Ada", null, "customer", null, null, Noon);
        Assert.True(await users.TryInsertAsync(user));
        for (var stranger = 0; stranger < 39; stranger++)
        {
            Assert.True(await AttemptAsync(Noon, from: (byte)(100 + stranger)));
        }

        for (var i = 0; i < 20; i++)
        {
            Assert.True(await AttemptAsync(Noon, from: 1));
            var session = new NewSession(Guid.CreateVersion7(), user.UserId, RandomNumberGenerator.GetBytes(32), Noon, Noon.AddDays(1), Noon.AddDays(1));
            Assert.NotNull(await _sessions.OpenAsync(session, Claim(from: 1), Limits, maxSessions: 100));
        }

        Assert.True(await AttemptAsync(Noon, from: 2));
        Assert.False(await AttemptAsync(Noon, from: 1));
    }

    private async Task<bool> AttemptAsync(DateTimeOffset now, byte from = 1) => (await _sessions.AttemptAsync(Claim(from), Limits, now)).Admitted;

    private SignInClaim Claim(byte from) => new(_address, "nobody", [192, 0, 2, from]);
}
