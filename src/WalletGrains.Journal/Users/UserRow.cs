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
/// <param name="LockedAt">When an operator locked it; null when none has.</param>
/// <param name="LockReason">Why; null when not said.</param>
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
    DateTimeOffset CreatedAt,
    DateTimeOffset? LockedAt = null,
    string? LockReason = null)
{
    internal const string Columns =
        "u.user_id, u.email, u.email_key, u.password_hash, u.full_name, u.phone, u.role, u.wallet_id, u.wallet_currency, u.created_at, u.locked_at, u.lock_reason";

    /// <summary>The columns from <paramref name="at"/> on; null where a join found no user.</summary>
    internal static UserRow? Read(NpgsqlDataReader row, int at = 0) => row.IsDBNull(at) ? null : new(
        row.GetGuid(at),
        row.GetString(at + 1),
        row.GetString(at + 2),
        row.GetString(at + 3),
        row.GetString(at + 4),
        row.IsDBNull(at + 5) ? null : row.GetString(at + 5),
        row.GetString(at + 6),
        row.IsDBNull(at + 7) ? null : row.GetGuid(at + 7),
        row.IsDBNull(at + 8) ? null : row.GetString(at + 8),
        row.GetFieldValue<DateTimeOffset>(at + 9),
        row.IsDBNull(at + 10) ? null : row.GetFieldValue<DateTimeOffset>(at + 10),
        row.IsDBNull(at + 11) ? null : row.GetString(at + 11));
}

/// <summary>Which users to list; null members mean all.</summary>
/// <param name="EmailKey">The one with this normalized address.</param>
/// <param name="Role">Those with the role of this name.</param>
/// <param name="IsLocked">Those that are locked, or those that are not.</param>
public sealed record UserSelection(string? EmailKey, string? Role, bool? IsLocked);
