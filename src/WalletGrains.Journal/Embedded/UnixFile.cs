#pragma warning disable CA1416 // Modes do not exist on Windows, where EmbeddedPostgres.StartAsync has refused before any of this.

namespace WalletGrains.Journal.Embedded;

/// <summary>Files and folders with the access rights they are to have from their first moment.</summary>
internal static class UnixFile
{
    public const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode OwnerOnlyFolder = OwnerOnlyFile | UnixFileMode.UserExecute;

    /// <summary>Others may pass through to what they know the name and have the right of.</summary>
    public const UnixFileMode PassThroughFolder = OwnerOnlyFolder | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public const UnixFileMode ReadableByAll = OwnerOnlyFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    public const UnixFileMode RunnableByAll = ReadableByAll | PassThroughFolder;

    /// <summary>Creates a folder that only its owner may use, whatever the umask.</summary>
    public static void CreatePrivateFolder(string path) => Directory.CreateDirectory(path, OwnerOnlyFolder);

    /// <summary>Opens a file; when it is created, only its owner may use it.</summary>
    public static FileStream OpenPrivate(string path, FileMode mode, FileShare share) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.ReadWrite,
        Share = share,
        UnixCreateMode = OwnerOnlyFile,
    });

    public static UnixFileMode Mode(string path) => File.GetUnixFileMode(path);

    public static void SetMode(string path, UnixFileMode mode) => File.SetUnixFileMode(path, mode);
}
