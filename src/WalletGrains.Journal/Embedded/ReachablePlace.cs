using System.Security.Cryptography;
using System.Text;

namespace WalletGrains.Journal.Embedded;

/// <summary>Folders that the server's unprivileged user can enter, as stand-ins for those it cannot (a clone in /root).</summary>
internal static class ReachablePlace
{
    /// <summary>
    /// Stand-ins of a path, best first. Their names depend on the path alone, so that every start finds the same one, and
    /// they are safe: in a temp folder anybody could have put a folder of that name there, so it must be root's own.
    /// </summary>
    public static async Task<IReadOnlyList<string>> StandInsAsync(string path, ServerAccount account, CancellationToken cancellationToken)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..12];
        string[] candidates = [$"/var/lib/walletgrains/{name}", Path.Combine(Path.GetTempPath(), $"walletgrains-{name}")];
        var usable = new List<string>(candidates.Length);
        foreach (var candidate in candidates)
        {
            if (!await account.CanEnterAsync(NearestExisting(candidate), cancellationToken)) continue;
            if (Directory.Exists(candidate) && await ServerAccount.OwnerAsync(candidate, cancellationToken) != "root") continue;
            usable.Add(candidate);
        }

        return usable;
    }

    /// <summary>The full path without symbolic links, so that one folder has one name: for its stand-in, and in /proc.</summary>
    public static string Canonical(string path)
    {
        var canonical = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            canonical = Path.Combine(canonical, part);
            if (Directory.Exists(canonical) && Directory.ResolveLinkTarget(canonical, returnFinalTarget: true) is { } target) canonical = Canonical(target.FullName);
        }

        return canonical;
    }

    /// <summary>The folder itself, or the deepest one above it that exists.</summary>
    public static string NearestExisting(string folder)
    {
        var existing = folder;
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing) ?? "/";
        return existing;
    }

    /// <summary>
    /// Creates a folder and the missing ones above it. Modes are set, not left to the umask: a strict one would lock the
    /// server's user out of root's folder.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">It cannot be created.</exception>
    public static void CreateFolder(string folder, ServerAccount account)
    {
        if (Directory.Exists(folder)) return;
        try
        {
            if (Path.GetDirectoryName(folder) is { } parent) CreateFolder(parent, account);
            Directory.CreateDirectory(folder);
            UnixFile.SetMode(folder, account == ServerAccount.Own ? UnixFile.OwnerOnlyFolder : UnixFile.PassThroughFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.FolderUnusable, $"The data folder {folder} cannot be created: {e.Message}", e);
        }
    }
}
