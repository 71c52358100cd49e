using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts.Users;
using WalletGrains.Grains.Tests.Wallets;
using WalletGrains.Grains.Users;
using WalletGrains.Journal;
using WalletGrains.Journal.Users;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Users;

/// <summary>What a failed sign-in costs must not tell why it failed.</summary>
[Collection<WalletClusterTests>]
public sealed class SignInWorkTests(WalletCluster cluster) : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private readonly CountingHasher _hasher = new();
    private readonly ManualTimeProvider _time = new();
    private readonly PostgresSessionStore _sessions = new(cluster.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresUserStore _users = new(cluster.DataSource, new JournalOptions(), TimeProvider.System);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _sessions.DisposeAsync();
        await _users.DisposeAsync();
    }

    [Theory]
    [InlineData("unknown address")]
    [InlineData("wrong password")]
    [InlineData("too many attempts")]
    [InlineData("too many attempts from everywhere")]
    [InlineData("locked by an operator")]
    public async Task A_failed_sign_in_counts_an_attempt_and_verifies_one_hash_whatever_is_wrong(string wrong)
    {
        var user = await NewUserAsync();
        var grain = new SignInGrain(_sessions, _hasher, _time, NullLogger<SignInGrain>.Instance);
        var email = wrong == "unknown address" ? $"no-{user.Email}" : user.Email;
        if (wrong == "too many attempts")
        {
            for (var i = 0; i < GrainLimits.SignInAttempts.FreeAttempts; i++)
            {
                Assert.Null(await grain.SignInAsync(With(email, "wrong horse battery")));
            }
        }
        else if (wrong == "too many attempts from everywhere")
        {
            for (var i = 0; i < GrainLimits.SignInAttempts.AccountAttempts; i++)
            {
                await _sessions.AttemptAsync(new SignInClaim(UserRows.EmailHash(email), email, [198, 51, 100, (byte)i]), GrainLimits.SignInAttempts, _time.GetUtcNow());
            }
        }
        else if (wrong == "locked by an operator")
        {
            await _users.LockAsync(user.UserId, null, _time.GetUtcNow());
        }

        var (verified, hashed) = (_hasher.Verified, _hasher.Hashed);
        Assert.Null(await grain.SignInAsync(With(email, wrong == "wrong password" ? "wrong horse battery" : Password)));
        Assert.Equal((verified + 1, hashed), (_hasher.Verified, _hasher.Hashed));
        await using var attempt = cluster.DataSource.CreateCommand("select counted_until > $2 from sign_in_accounts where email_hash = $1");
        attempt.Parameters.Add(new() { Value = UserRows.EmailHash(email) });
        attempt.Parameters.Add(new() { Value = _time.GetUtcNow().UtcDateTime });
        Assert.Equal(true, await attempt.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_stranger_who_never_stops_guessing_does_not_lock_the_owner_out()
    {
        var (email, limits) = ($"{Guid.NewGuid():N}@example.com", GrainLimits.SignInAttempts);
        var (stranger, owner) = (new SignInClaim(UserRows.EmailHash(email), email, [192, 0, 2, 1]), new SignInClaim(UserRows.EmailHash(email), email, [192, 0, 2, 2]));
        var admitted = 0;
        for (var i = 0; i < 24 * 60 / 5; i++)
        {
            admitted += (await _sessions.AttemptAsync(stranger, limits, _time.GetUtcNow())).Admitted ? 1 : 0;
            _time.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.InRange(admitted, limits.AccountAttempts, 150);
        Assert.True((await _sessions.AttemptAsync(owner, limits, _time.GetUtcNow())).Admitted);
    }

    private async Task<UserRow> NewUserAsync()
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        var user = new UserRow(Guid.CreateVersion7(), email, email, _hasher.HashPassword(null!, Password), "Ada", null, "customer", null, null, _time.GetUtcNow());
        Assert.True(await _users.TryInsertAsync(user));
        return user;
    }

    private static SignIn With(string email, string password) =>
        new(email, password, Guid.CreateVersion7(), new byte[32], TimeSpan.FromDays(1), TimeSpan.FromDays(1), [192, 0, 2, 1]);

    private sealed class CountingHasher : IPasswordHasher<UserRow>
    {
        private readonly PasswordHasher<UserRow> _real = new();

        public int Hashed { get; private set; }

        public int Verified { get; private set; }

        public string HashPassword(UserRow user, string password)
        {
            Hashed++;
            return _real.HashPassword(user, password);
        }

        public PasswordVerificationResult VerifyHashedPassword(UserRow user, string hashedPassword, string providedPassword)
        {
            Verified++;
            return _real.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
