using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using WalletGrains.Journal.Users;
using Xunit;

namespace WalletGrains.Journal.Tests.Users;

public sealed class CredentialLogTests(PostgresJournalFixture postgres) : IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AttemptLimits Attempts = new(10, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(15), TimeSpan.FromDays(1), 100, TimeSpan.FromMinutes(5));

    private readonly PostgresCredentialLog _log = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresApiKeyStore _keys = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresSessionStore _sessions = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresUserStore _users = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await postgres.ExecuteAsync("delete from api_keys; delete from sessions");

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _keys.DisposeAsync();
        await _sessions.DisposeAsync();
        await _users.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_reader_is_told_of_keys_that_were_made_and_of_those_that_were_revoked_and_once()
    {
        var (kept, revoked, expired) = (NewKey(), NewKey(), NewKey() with { ExpiresAt = DateTimeOffset.UtcNow.AddDays(-1) });
        foreach (var key in (ApiKeyRow[])[kept, revoked, expired])
        {
            Assert.True(await _keys.CreateAsync(key, 10));
        }

        var first = await ReadAsync(null);
        Assert.True(first.IsComplete);
        Assert.Equal(new[] { kept.KeyId, revoked.KeyId }.Order(), first.Keys.Select(key => key.KeyId).Order());

        first = await SettledAsync(first);
        Assert.False(first.IsComplete);
        Assert.Empty(first.Keys);
        Assert.NotNull((await _keys.RevokeAsync(revoked.KeyId, Guid.CreateVersion7(), Noon))!.RevokedAt);
        var changed = Assert.Single((await ReadAsync(first)).Keys);
        Assert.Equal((revoked.KeyId, true), (changed.KeyId, changed.RevokedAt is not null));
        Assert.Equal(kept.KeyId, Assert.Single((await ReadAsync(null)).Keys).KeyId);
        Assert.Null(await _keys.RevokeAsync(Guid.CreateVersion7(), Guid.CreateVersion7(), Noon));
    }

    [Fact]
    public async Task A_reader_misses_no_session_whose_end_is_committed_late()
    {
        var (late, early) = (await OpenAsync(), await OpenAsync());
        await using var connection = await postgres.DataSource.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using var end = new NpgsqlCommand(
            $"update sessions set ended_at = '{Noon:O}', ended_because = 'logout', ended_position = journal_position() where session_id = '{late}'", connection, transaction);
        await end.ExecuteNonQueryAsync(Cancelled);
        await _sessions.EndAsync(early, Noon);

        var before = await ReadAsync(null);
        Assert.Contains((early, Noon), before.Ended);
        Assert.DoesNotContain((late, Noon), before.Ended);
        await transaction.CommitAsync(Cancelled);
        Assert.Contains((late, Noon), (await ReadAsync(before)).Ended);
    }

    [Fact(Timeout = 60_000)]
    public async Task No_reader_passes_numbers_of_transactions_that_a_crash_may_give_again()
    {
        var (ended, key) = (await OpenAsync(), NewKey());
        Assert.True(await _keys.CreateAsync(key, 10));
        await _sessions.EndAsync(ended, Noon);
        var read = await SettledAsync(await ReadAsync(null));

        // Transactions whose numbers are on disk nowhere: the server may give these again to what ends a session or revokes a key.
        for (var i = 0; i < 5; i++)
        {
            await postgres.ScalarAsync<long>("select journal_position()");
        }

        var newest = await postgres.ScalarAsync<long>("select max(ended_position) from sessions");
        Assert.Equal(newest + 1, read.End);
        Assert.Equal(newest + 1, (await ReadAsync(read)).End);
        await postgres.ExecuteAsync($"update api_keys set changed_position = {newest + 1}, revoked_at = now(), revoked_by = key_id where key_id = '{key.KeyId}'");
        Assert.Equal(key.KeyId, Assert.Single((await ReadAsync(read)).Keys).KeyId);
    }

    [Fact]
    public async Task On_another_server_everything_is_told_anew()
    {
        var key = NewKey();
        Assert.True(await _keys.CreateAsync(key, 10));
        var elsewhere = await _log.ReadAsync("7000000000000000000/00000001", long.MaxValue, Noon.AddMinutes(-1), Cancelled);
        Assert.True(elsewhere.IsComplete);
        Assert.Equal(key.KeyId, Assert.Single(elsewhere.Keys).KeyId);
        Assert.Matches("^[0-9]+/[0-9A-F]{8}$", elsewhere.Origin);
    }

    [Fact]
    public async Task What_ended_long_ago_is_not_told()
    {
        var session = await OpenAsync();
        await _sessions.EndAsync(session, Noon);
        Assert.Contains((session, Noon), (await _log.ReadAsync("", 0, Noon.AddMinutes(-1), Cancelled)).Ended);
        Assert.DoesNotContain((session, Noon), (await _log.ReadAsync("", 0, Noon, Cancelled)).Ended);
    }

    private Task<CredentialChangeSet> ReadAsync(CredentialChangeSet? after) => _log.ReadAsync(after?.Origin ?? "", after?.End ?? 0, Noon.AddMinutes(-1), Cancelled);

    /// <summary>The same once the transactions have ended that were running then, those of other tests among them.</summary>
    private async Task<CredentialChangeSet> SettledAsync(CredentialChangeSet read)
    {
        var asked = Stopwatch.StartNew();
        do
        {
            Assert.True(asked.Elapsed.TotalSeconds < PostgresJournalFixture.CommandTimeoutSeconds, $"{read.Keys.Count} keys and {read.Ended.Count} sessions are told again and again.");
            read = await ReadAsync(read);
        }
        while (read.Keys.Count + read.Ended.Count > 0);

        return read;
    }

    private async Task<Guid> OpenAsync()
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        var user = new UserRow(Guid.CreateVersion7(), email, email, "hash", "Ada", null, "customer", null, null, Noon);
        Assert.True(await _users.TryInsertAsync(user));
        var session = new NewSession(Guid.CreateVersion7(), user.UserId, RandomNumberGenerator.GetBytes(32), Noon, Noon.AddDays(1), Noon.AddDays(3));
        Assert.NotNull(await _sessions.OpenAsync(session, new SignInClaim(RandomNumberGenerator.GetBytes(32), email, []), Attempts, 3));
        return session.SessionId;
    }

    private static ApiKeyRow NewKey() => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), "till", RandomNumberGenerator.GetBytes(32), ["money:in"], Noon, Guid.CreateVersion7(), null, null);
}
