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
        else if (wrong == "locked by an operator")
        {
            await _users.LockAsync(user.UserId, null, _time.GetUtcNow());
        }

        var (verified, hashed) = (_hasher.Verified, _hasher.Hashed);
        Assert.Null(await grain.SignInAsync(With(email, wrong == "wrong password" ? "wrong horse battery" : Password)));
        Assert.Equal((verified + 1, hashed), (_hasher.Verified, _hasher.Hashed));
        await using var attempt = cluster.DataSource.CreateCommand("select attempted_at from sign_in_attempts where email_hash = $1");
        attempt.Parameters.Add(new() { Value = UserRows.EmailHash(email) });
        Assert.Equal(_time.GetUtcNow().UtcDateTime, await attempt.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    private async Task<UserRow> NewUserAsync()
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        var user = new UserRow(Guid.CreateVersion7(), email, email, _hasher.HashPassword(null!, Password), "Ada", null, "customer", null, null, _time.GetUtcNow());
        Assert.True(await _users.TryInsertAsync(user));
        return user;
    }

    private static SignIn With(string email, string password) =>
        new(email, password, Guid.CreateVersion7(), new byte[32], TimeSpan.FromDays(1), TimeSpan.FromDays(1));

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
