using System.Security.Cryptography;
using WalletGrains.Journal.Users;
using Xunit;

namespace WalletGrains.Journal.Tests.Users;

public sealed class ApiKeyStoreTests(PostgresJournalFixture postgres) : IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly PostgresApiKeyStore _keys = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await postgres.ExecuteAsync("delete from api_keys");

    public ValueTask DisposeAsync() => _keys.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task A_reader_is_told_of_keys_that_were_made_and_of_those_that_were_revoked()
    {
        var (kept, revoked, expired) = (NewKey(), NewKey(), NewKey() with { ExpiresAt = Now.AddDays(-1) });
        foreach (var key in (ApiKeyRow[])[kept, revoked, expired])
        {
            Assert.True(await _keys.CreateAsync(key, 10));
        }

        var (first, next) = await _keys.ReadChangedAsync(0, Cancelled);
        Assert.Equal(new[] { kept.KeyId, revoked.KeyId }.Order(), first.Select(key => key.KeyId).Order());

        // Once the transactions have ended that were running then, those of other tests among them, they are not read again.
        while (await _keys.ReadChangedAsync(next, Cancelled) is ({ Count: > 0 }, var further))
        {
            next = further;
        }

        Assert.NotNull((await _keys.RevokeAsync(revoked.KeyId, Guid.CreateVersion7(), Now))!.RevokedAt);
        var changed = Assert.Single((await _keys.ReadChangedAsync(next, Cancelled)).Keys);
        Assert.Equal((revoked.KeyId, true), (changed.KeyId, changed.RevokedAt is not null));
        Assert.Equal(kept.KeyId, Assert.Single((await _keys.ReadChangedAsync(0, Cancelled)).Keys).KeyId);
        Assert.Null(await _keys.RevokeAsync(Guid.CreateVersion7(), Guid.CreateVersion7(), Now));
    }

    [Fact]
    public async Task Of_many_keys_that_are_made_at_the_same_time_no_more_are_made_than_may_be()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _keys.CreateAsync(NewKey(), 7)));
        Assert.Equal(7, made.Count(yes => yes));
        Assert.Equal(7, (await _keys.ListAsync(null, 100, Cancelled)).Count);
    }

    private static ApiKeyRow NewKey() => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), "till", RandomNumberGenerator.GetBytes(32), ["money:in"], Now, Guid.CreateVersion7(), null, null);
}
