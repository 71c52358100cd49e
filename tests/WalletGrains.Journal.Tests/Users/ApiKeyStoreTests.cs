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
