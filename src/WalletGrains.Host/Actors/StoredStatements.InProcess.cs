using Npgsql;

namespace WalletGrains.Host.Actors;

/// <summary>
/// The statements of sql/orleans, read from the database as the ADO.NET providers of Orleans do: so both runtimes run the
/// same SQL and each can go on with what the other has stored.
/// </summary>
internal sealed class StoredStatements(NpgsqlDataSource database)
{
    private volatile Dictionary<string, string>? _texts;

    /// <summary>The statement of this key, ready for its parameters.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async ValueTask<NpgsqlCommand> CommandAsync(string key)
    {
        // Several may load at first; all load the same.
        var texts = _texts ??= await LoadAsync();
        return database.CreateCommand(texts.TryGetValue(key, out var text)
            ? text
            : throw new InvalidOperationException($"The database has no statement {key}; {nameof(OrleansSchema)} was not applied."));
    }

    private async Task<Dictionary<string, string>> LoadAsync()
    {
        await using var command = database.CreateCommand("SELECT querykey, querytext FROM OrleansQuery");
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
            texts.Add(reader.GetString(0), reader.GetString(1));
        return texts;
    }
}
