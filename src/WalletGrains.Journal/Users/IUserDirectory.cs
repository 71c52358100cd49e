namespace WalletGrains.Journal.Users;

/// <summary>Finds users, for those who need no more of them.</summary>
public interface IUserDirectory
{
    /// <summary>The user with this id; null when there is none.</summary>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    Task<UserRow?> FindAsync(Guid userId, CancellationToken cancellationToken);
}
