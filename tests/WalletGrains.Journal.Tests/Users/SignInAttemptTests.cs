using System.Security.Cryptography;
using WalletGrains.Journal.Users;
using Xunit;

namespace WalletGrains.Journal.Tests.Users;

public sealed class SignInAttemptTests(PostgresJournalFixture postgres) : IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AttemptLimits Limits = new(5, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30), TimeSpan.FromDays(1));

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
            await _sessions.AttemptAsync(RandomNumberGenerator.GetBytes(32), "nobody", Limits, Noon.AddDays(-30));
        }

        for (var i = 0; i < 10; i++)
        {
            await AttemptAsync(Noon);
        }

        Assert.Equal(0, await postgres.ScalarAsync<long>($"select count(*) from sign_in_attempts where attempted_at < '{Noon.AddDays(-1):O}'"));
    }

    private async Task<bool> AttemptAsync(DateTimeOffset now) => (await _sessions.AttemptAsync(_address, "nobody", Limits, now)).Admitted;
}
