using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Embedded;

/// <summary>Makes a new cluster with <c>initdb</c>, whole or not at all.</summary>
internal static class ClusterInitialization
{
    /// <summary>User and database of the product in its private server.</summary>
    public const string UserName = "walletgrains", DatabaseName = "walletgrains";

    private const string UnfinishedMark = ".unfinished-";

    private static readonly TimeSpan InitLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan SyncLimit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Does nothing when there is a cluster. Else initdb works in a folder of another name, which is renamed once everything
    /// in it is on disk: whatever a killed attempt left behind is not mistaken for a cluster and is thrown away here.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">initdb failed; the message has its last line.</exception>
    public static async Task EnsureAsync(DataPlace place, PostgresBinaries binaries, ILogger logger, CancellationToken cancellationToken)
    {
        if (Directory.Exists(place.Cluster))
        {
            await place.Account.TakeOverUnlessOwnerAsync(place.Cluster, cancellationToken);
            return;
        }

        DiscardUnfinished(place, logger);
        // A name of its own each time: the initdb of a host that was killed may still be writing to the last one.
        var unfinished = $"{place.Cluster}{UnfinishedMark}{Guid.NewGuid():N}";
        var passwordForInit = unfinished + ".password";
        logger.InitializingCluster(place.Cluster, binaries.Version);
        UnixFile.CreatePrivateFolder(unfinished);
        WritePrivately(passwordForInit, EnsurePassword(place));
        await place.Account.TakeOverAsync(cancellationToken, unfinished, passwordForInit);

        await RunInitDbAsync(place, binaries, unfinished, passwordForInit, cancellationToken);
        File.Delete(passwordForInit);
        Directory.Move(unfinished, place.Cluster);
        // The rename must be on disk before the first payment is: a file system may keep a later fsync and lose the name.
        await SyncAsync(place.Folder, cancellationToken);
    }

    private static void DiscardUnfinished(DataPlace place, ILogger logger)
    {
        foreach (var left in Directory.GetFileSystemEntries(place.Folder, $"cluster{UnfinishedMark}*"))
        {
            logger.UnfinishedClusterDiscarded(left);
            try
            {
                if (Directory.Exists(left)) Directory.Delete(left, recursive: true);
                else File.Delete(left);
            }
            catch (IOException)
            {
                // Its initdb still adds files. The first start after that one has ended removes it.
            }
        }
    }

    /// <summary>The password of the cluster's user.</summary>
    /// <exception cref="EmbeddedPostgresException">The file is missing or cannot be read.</exception>
    public static string ReadPassword(DataPlace place)
    {
        try
        {
            return File.ReadAllText(place.PasswordFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.FolderUnusable,
                $"The password of the data in {place.Folder} cannot be read: {e.Message}", e);
        }
    }

    private static async Task RunInitDbAsync(
        DataPlace place, PostgresBinaries binaries, string folder, string passwordFile, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            $"--pgdata={folder}",
            // A torn or rotten page is an error at read, not a wrong balance.
            "--data-checksums",
            "--encoding=UTF8",
            // Byte order never changes with the C library: a text index stays right on another image or after an upgrade.
            "--locale=C",
            "--auth-local=scram-sha-256",
            "--auth-host=scram-sha-256",
            $"--username={UserName}",
            $"--pwfile={passwordFile}",
        ];
        CommandResult run;
        try
        {
            run = await ChildCommand.RunAsync(ChildCommand.StartInfo(binaries.InitDb, arguments, place.Account, place.Folder), InitLimit, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.InitializationFailed, $"PostgreSQL could not create its data in {place.Folder}: {e.Message}", e);
        }

        if (!run.Succeeded)
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.InitializationFailed,
                $"PostgreSQL could not create its data in {place.Folder}: {run.LastLine}");
    }

    /// <summary>The password of an earlier attempt, or a new one: 256 bits, in characters no connection string has to quote.</summary>
    private static string EnsurePassword(DataPlace place)
    {
        if (File.Exists(place.PasswordFile) && File.ReadAllText(place.PasswordFile) is { Length: > 0 } earlier) return earlier;
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        WritePrivately(place.PasswordFile, password);
        return password;
    }

    private static void WritePrivately(string path, string text)
    {
        File.Delete(path); // Its mode is set at creation only: never a moment in which others can read it.
        using var file = UnixFile.OpenPrivate(path, FileMode.CreateNew, FileShare.None);
        file.Write(Encoding.ASCII.GetBytes(text));
        file.Flush(flushToDisk: true);
    }

    private static async Task SyncAsync(string folder, CancellationToken cancellationToken)
    {
        // .NET opens no folders, so the fsync is left to sync(1); the one of macOS takes no arguments and syncs everything.
        string[] arguments = OperatingSystem.IsLinux() ? [folder] : [];
        var run = await ChildCommand.RunAsync(ChildCommand.StartInfo("sync", arguments, ServerAccount.Own, "/"), SyncLimit, cancellationToken);
        if (!run.Succeeded)
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.InitializationFailed, $"The new data folder {folder} could not be written to disk: {run.LastLine}");
    }
}
