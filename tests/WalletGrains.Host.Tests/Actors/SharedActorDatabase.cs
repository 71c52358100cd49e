namespace WalletGrains.Host.Tests.Actors;

/// <summary>One database for the tests of a class, made by the first that asks; each test uses names of its own in it.</summary>
public sealed class SharedActorDatabase : IAsyncDisposable
{
    private readonly Lazy<Task<ActorDatabase>> _database = new(ActorDatabase.CreateAsync);

    internal Task<ActorDatabase> GetAsync() => _database.Value;

    public async ValueTask DisposeAsync()
    {
        if (_database is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _database.Value).DisposeAsync();
    }
}
