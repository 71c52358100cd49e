using Npgsql;

namespace WalletGrains.Journal.Users;

/// <summary>A user's row.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Email">The e-mail address as it was given.</param>
/// <param name="EmailKey">The normalized address; unique.</param>
/// <param name="PasswordHash">The salted hash of the password.</param>
/// <param name="FullName">Name to show.</param>
/// <param name="Phone">Telephone number; null when not given.</param>
/// <param name="Role">Name of the role.</param>
/// <param name="WalletId">The user's first wallet; null for a user without one.</param>
/// <param name="WalletCurrency">Currency of that wallet.</param>
/// <param name="CreatedAt">When it was created.</param>
public sealed record UserRow(
    Guid UserId,
    string Email,
    string EmailKey,
    string PasswordHash,
    string FullName,
    string? Phone,
    string Role,
    Guid? WalletId,
    string? WalletCurrency,
    DateTimeOffset CreatedAt);

/// <summary>The users in PostgreSQL. Every method throws <see cref="JournalUnavailableException"/> while the database is away.</summary>
public sealed class PostgresUserStore(NpgsqlDataSource dataSource)
{
    private const string Columns = "user_id, email, email_key, password_hash, full_name, phone, role, wallet_id, wallet_currency, created_at";

    /// <summary>Writes a new user; false when the address, or the id, belongs to a user already.</summary>
    public Task<bool> TryInsertAsync(UserRow user, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var command = dataSource.CreateCommand(
            $"insert into users ({Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing");
        command.Parameters.Add(new() { Value = user.UserId });
        command.Parameters.Add(new() { Value = user.Email });
        command.Parameters.Add(new() { Value = user.EmailKey });
        command.Parameters.Add(new() { Value = user.PasswordHash });
        command.Parameters.Add(new() { Value = user.FullName });
        command.Parameters.Add(new() { Value = (object?)user.Phone ?? DBNull.Value });
        command.Parameters.Add(new() { Value = user.Role });
        command.Parameters.Add(new() { Value = (object?)user.WalletId ?? DBNull.Value });
        command.Parameters.Add(new() { Value = (object?)user.WalletCurrency ?? DBNull.Value });
        command.Parameters.Add(new() { Value = user.CreatedAt.ToUniversalTime() });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    });

    /// <summary>The user with this id; null when there is none.</summary>
    public Task<UserRow?> FindAsync(Guid userId, CancellationToken cancellationToken) => FindAsync("user_id", userId, cancellationToken);

    /// <summary>The user with this normalized address; null when there is none.</summary>
    public Task<UserRow?> FindByEmailAsync(string emailKey, CancellationToken cancellationToken) => FindAsync("email_key", emailKey, cancellationToken);

    private Task<UserRow?> FindAsync(string keyColumn, object key, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var command = dataSource.CreateCommand($"select {Columns} from users where {keyColumn} = $1");
        command.Parameters.Add(new() { Value = key });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    });

    private static UserRow Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetString(3),
        reader.GetString(4),
        reader.IsDBNull(5) ? null : reader.GetString(5),
        reader.GetString(6),
        reader.IsDBNull(7) ? null : reader.GetGuid(7),
        reader.IsDBNull(8) ? null : reader.GetString(8),
        reader.GetFieldValue<DateTimeOffset>(9));

    private static async Task<T> GuardAsync<T>(Func<Task<T>> query)
    {
        try
        {
            return await query();
        }
        catch (NpgsqlException e)
        {
            throw new JournalUnavailableException("The users cannot be read or written now.", e);
        }
    }
}
