using System.Runtime.InteropServices;

namespace WalletGrains.Grains.Checkpoints;

/// <summary>
/// Has the names in a folder written to the disk. .NET flushes files and opens no folders; and a file that was flushed may have no name
/// after a crash, when its folder was not.
/// </summary>
internal static class FolderSync
{
    private const int ReadOnly = 0;

    /// <summary>EINVAL, on every system.</summary>
    private const int Invalid = 22;

    /// <summary>ENOTSUP and EOPNOTSUPP: one number on Linux, two on macOS.</summary>
    private static readonly int[] NotSupported = OperatingSystem.IsMacOS() ? [45, 102] : [95];

    /// <summary>Returns when every name that the folder has now is on the disk.</summary>
    /// <returns>False when its file system flushes no folders, as some of networks and of user space do: when names get to the disk is its own matter.</returns>
    /// <exception cref="IOException">The folder cannot be opened or written.</exception>
    public static bool Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            // NTFS writes names in the order of its log.
            return true;
        }

        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw Failure(folder);
        }

        try
        {
            if (Fsync(descriptor) == 0)
            {
                return true;
            }

            var error = Marshal.GetLastPInvokeError();
            return error == Invalid || NotSupported.Contains(error) ? false : throw Failure(folder);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string folder) => new($"The folder {folder} could not be written to the disk: {Marshal.GetLastPInvokeErrorMessage()}.");

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
