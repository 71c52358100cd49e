namespace WalletGrains.Host.Startup;

/// <summary>Keys that a host in Development makes for itself, kept in its data folder so that they outlive a restart.</summary>
internal static class KeyFile
{
    /// <summary>The text of the file; generated where there is none. Only its owner may read it.</summary>
    public static string ReadOrGenerate(string file, Func<string> generate)
    {
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var unfinished = $"{file}.{Environment.ProcessId}";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var writer = new StreamWriter(unfinished, options))
            {
                writer.Write(generate());
            }

            // All or nothing: a host killed here leaves no half a key.
            File.Move(unfinished, file, overwrite: true);
        }

        return File.ReadAllText(file).Trim();
    }
}
