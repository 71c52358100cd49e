using System.Globalization;

namespace WalletGrains.Journal.Embedded;

/// <summary>
/// The right to run a server on a data folder, held by at most one living process. The kernel gives it back when its
/// holder dies, however it dies, so it is never stale.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    /// <summary>EWOULDBLOCK of Linux and of the BSDs: what flock answers when somebody else holds the lock.</summary>
    private const int WouldBlockOnLinux = 11, WouldBlockOnBsd = 35;

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <exception cref="EmbeddedPostgresException">Another process holds it, or the folder cannot be written.</exception>
    public static FolderLock Take(DataPlace place)
    {
        try
        {
            // FileShare.None is flock(LOCK_EX) here. The handle is not inherited: the server must not keep the lock alive.
            var file = UnixFile.OpenPrivate(place.LockFile, FileMode.OpenOrCreate, FileShare.None);
            File.WriteAllText(place.HolderFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new FolderLock(file);
        }
        catch (IOException e) when (e.HResult is WouldBlockOnLinux or WouldBlockOnBsd)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.FolderInUse,
                $"The data folder {place.Folder} is already in use by {Holder(place)}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.FolderUnusable,
                $"The data folder {place.Folder} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Gives the right back. The file stays: deleting it would let two processes lock two files of one name.</summary>
    public void Dispose() => _file.Dispose();

    private static string Holder(DataPlace place)
    {
        try
        {
            return $"process {int.Parse(File.ReadAllText(place.HolderFile), CultureInfo.InvariantCulture)}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return "another process"; // It holds the lock and has not written its id yet.
        }
    }
}
