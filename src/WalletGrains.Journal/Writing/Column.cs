using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Writing;

/// <summary>One array parameter of a batch statement; its list keeps its memory from batch to batch.</summary>
internal sealed class Column<T>
{
    private readonly List<T> _values = [];

    public Column(NpgsqlCommand command, NpgsqlDbType elementType) =>
        command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = _values, NpgsqlDbType = NpgsqlDbType.Array | elementType });

    public void Add(T value) => _values.Add(value);

    public void Clear() => _values.Clear();
}
