using System.Globalization;
using System.Text;

namespace WalletGrains.Journal.Embedded;

/// <summary>
/// The private folder (0700, the server user's) of the unix socket. It lies under the temp root and not in the data folder:
/// the path of a socket must be short, and file systems made for sharing (a bind mount from a Mac) know no sockets.
/// </summary>
internal sealed class SocketFolder
{
    /// <summary>The number in the socket's file name when there is no port.</summary>
    public const int SocketNumber = 5432;

    /// <summary>sun_path has 104 bytes on a Mac and 108 on Linux, the closing zero included.</summary>
    private const int LongestSocketPath = 103;

    private readonly string _noteFile;

    private SocketFolder(string path, string noteFile)
    {
        Path = path;
        _noteFile = noteFile;
    }

    public string Path { get; }

    /// <summary>Makes a new folder for this host, and removes the one an earlier host was killed over.</summary>
    /// <exception cref="EmbeddedPostgresException">There is no place for one.</exception>
    public static async Task<SocketFolder> CreateAsync(DataPlace place, int number, CancellationToken cancellationToken)
    {
        RemoveAbandoned(place);
        foreach (var root in new[] { System.IO.Path.GetTempPath(), "/tmp", place.Folder })
        {
            // mkdtemp appends six characters.
            var socket = System.IO.Path.Combine(root, "wg-123456", string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{number}"));
            if (Encoding.UTF8.GetByteCount(socket) > LongestSocketPath) continue;
            if (!Directory.Exists(root) || !await place.Account.CanEnterAsync(root, cancellationToken)) continue;

            var path = CreateIn(root);
            File.WriteAllText(place.SocketNoteFile, path);
            await place.Account.TakeOverAsync(cancellationToken, path);
            return new SocketFolder(path, place.SocketNoteFile);
        }

        throw new EmbeddedPostgresException(EmbeddedPostgresProblem.FolderUnusable,
            "There is no folder for PostgreSQL's socket: set TMPDIR to a folder with a short path.");
    }

    /// <summary>
    /// Removes the socket of a dead server. Its lock file names a process id, and PostgreSQL does not start while any
    /// process has that id, which after a restart of a container may be anybody.
    /// </summary>
    public async Task ClearAsync(ServerAccount account, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Path))
        {
            // A cleaner of the temp root took it: clients know this path, so it comes back.
            UnixFile.CreatePrivateFolder(Path);
            await account.TakeOverAsync(cancellationToken, Path);
        }

        foreach (var file in Directory.EnumerateFiles(Path)) File.Delete(file);
    }

    public void Remove()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        File.Delete(_noteFile);
    }

    private static string CreateIn(string root)
    {
        if (root == System.IO.Path.GetTempPath()) return Directory.CreateTempSubdirectory("wg-").FullName;
        var path = System.IO.Path.Combine(root, System.IO.Path.GetRandomFileName()[..8]);
        UnixFile.CreatePrivateFolder(path);
        return path;
    }

    /// <summary>Removes the folder of a host that was killed, if there is one.</summary>
    public static void RemoveAbandoned(DataPlace place)
    {
        if (!File.Exists(place.SocketNoteFile)) return;
        var abandoned = File.ReadAllText(place.SocketNoteFile);
        if (Directory.Exists(abandoned)) Directory.Delete(abandoned, recursive: true);
        File.Delete(place.SocketNoteFile);
    }
}
