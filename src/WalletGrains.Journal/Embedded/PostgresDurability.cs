using System.Globalization;
using Npgsql;

namespace WalletGrains.Journal.Embedded;

/// <summary>
/// What a server promises about acknowledged commits, as the sessions of a data source see it: defaults of the role, the
/// database and the connection string count.
/// </summary>
/// <param name="VersionNumber">server_version_num, such as 150018.</param>
/// <param name="Fsync">Setting <c>fsync</c>.</param>
/// <param name="SynchronousCommit">Setting <c>synchronous_commit</c>.</param>
/// <param name="FullPageWrites">Setting <c>full_page_writes</c>.</param>
public sealed record PostgresDurability(int VersionNumber, string Fsync, string SynchronousCommit, string FullPageWrites)
{
    private const int VersionNumbersPerMajor = 10_000;

    /// <summary>One sentence for each reason why an acknowledged payment could be lost, or the product not run; empty when there is none.</summary>
    public IReadOnlyList<string> Objections
    {
        get
        {
            var objections = new List<string>();
            var major = VersionNumber / VersionNumbersPerMajor;
            if (major < PostgresBinaries.OldestMajor)
                objections.Add($"The server is PostgreSQL {major}; {PostgresBinaries.OldestMajor} or newer is needed.");
            if (Fsync != "on")
                objections.Add($"fsync is {Fsync}: a crash of the machine can destroy all data.");
            // local, remote_write and remote_apply all wait for the local disk.
            if (SynchronousCommit == "off")
                objections.Add("synchronous_commit is off: a crash loses payments that were acknowledged.");
            if (FullPageWrites != "on")
                objections.Add($"full_page_writes is {FullPageWrites}: a power failure can tear pages beyond repair.");
            return objections;
        }
    }

    /// <summary>Whether every acknowledged commit survives a crash of server and machine.</summary>
    public bool IsSafe => Objections.Count == 0;

    /// <summary>Reads the settings in one round trip.</summary>
    /// <exception cref="NpgsqlException">The server cannot be reached or refuses the login.</exception>
    public static async Task<PostgresDurability> CheckAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        const string sql = """
            select current_setting('server_version_num'), current_setting('fsync'),
                   current_setting('synchronous_commit'), current_setting('full_page_writes')
            """;
        await using var command = dataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new PostgresDurability(
            int.Parse(reader.GetString(0), CultureInfo.InvariantCulture), reader.GetString(1), reader.GetString(2), reader.GetString(3));
    }
}
