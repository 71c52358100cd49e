using System.Data;
using System.Data.Common;
using Npgsql;
using WalletGrains.Host.Actors;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Host.Tests.Actors;

/// <summary>A database of its own with the runtime's tables, and its statements run the way the ADO.NET providers run them.</summary>
internal sealed class ActorDatabase : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly Dictionary<string, string> _statements;

    private ActorDatabase(TestDatabase database, NpgsqlDataSource dataSource, Dictionary<string, string> statements)
    {
        _database = database;
        DataSource = dataSource;
        _statements = statements;
    }

    public NpgsqlDataSource DataSource { get; }

    public IReadOnlyCollection<string> Keys => _statements.Keys;

    public static async Task<ActorDatabase> CreateAsync()
    {
        var database = await TestPostgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await OrleansSchema.ApplyAsync(dataSource);
        return new ActorDatabase(database, dataSource, await LoadAsync(dataSource));
    }

    /// <summary>The first column of the only row; null when no row came.</summary>
    public async Task<T?> ScalarAsync<T>(string key, params (string Name, object? Value)[] parameters)
    {
        var rows = await RowsAsync(key, parameters);
        return rows.Count == 0 ? default : (T)Assert.Single(rows)[0]!;
    }

    public async Task<List<Row>> RowsAsync(string key, params (string Name, object? Value)[] parameters)
    {
        await using var connection = DataSource.CreateConnection();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = _statements[key];
        foreach (var (name, value) in parameters)
            Add(command, name, value);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<Row>();
        while (await reader.ReadAsync())
            rows.Add(new Row(Enumerable.Range(0, reader.FieldCount).Select(i => (reader.GetName(i), reader.IsDBNull(i) ? null : reader.GetValue(i))).ToArray()));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static async Task<Dictionary<string, string>> LoadAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT QueryKey, QueryText FROM OrleansQuery");
        await using var reader = await command.ExecuteReaderAsync();
        var statements = new Dictionary<string, string>();
        while (await reader.ReadAsync())
            statements.Add(reader.GetString(0), reader.GetString(1));
        return statements;
    }

    // The providers give each parameter the DbType of its C# type, also when it is null.
    private static void Add(DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.DbType = value switch
        {
            int => DbType.Int32,
            long => DbType.Int64,
            string => DbType.String,
            byte[] => DbType.Binary,
            DateTime => DbType.DateTime,
            Absent absent => absent.Type,
            _ => throw new ArgumentException($"{name} is no parameter the providers send.", nameof(value)),
        };
        parameter.Value = value is Absent ? DBNull.Value : value;
        command.Parameters.Add(parameter);
    }
}

/// <summary>A null with the type it would have had.</summary>
internal sealed record Absent(DbType Type)
{
    public static readonly Absent Int = new(DbType.Int32);

    public static readonly Absent Text = new(DbType.String);
}

/// <summary>One row of an answer, its columns found by name without regard to case, or by position.</summary>
internal sealed class Row((string Name, object? Value)[] columns)
{
    public object? this[int position] => columns[position].Value;

    public object? this[string name] => Assert.Single(columns, column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase)).Value;
}
