using System.Diagnostics;

namespace WalletGrains.Journal.Embedded;

/// <summary>Runs the small programs a server needs (<c>initdb</c>, <c>chown</c>, …) to their end.</summary>
internal static class ChildCommand
{
    private static readonly string[] InheritedVariables = ["PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

    private static readonly string[] SystemFolders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    /// <summary>
    /// How a child is started: without a shell, as <paramref name="account"/>, and with next to nothing in its environment.
    /// The host's environment may hold secrets, which another user's process has no business to know, and PG* variables,
    /// which would change what the server does. A program without a folder is looked for in PATH and the system's folders only:
    /// .NET by itself would take one of the same name from the working folder first.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">The program is not on this machine.</exception>
    public static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments, ServerAccount account, string workingFolder)
    {
        var path = program.Contains('/', StringComparison.Ordinal) ? program : Find(program) ?? throw new EmbeddedPostgresException(
            EmbeddedPostgresProblem.StartFailed, $"The program '{program}', which is part of every Unix system, is needed to run PostgreSQL and was not found.");
        var start = new ProcessStartInfo(path)
        {
            UseShellExecute = false,
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // .NET changes user and groups between fork and exec: no setpriv, su or runuser is needed, and the child keeps its id.
        if (account.UserName is { } user) start.UserName = user;

        var inherited = InheritedVariables
            .Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name)))
            .ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in inherited)
            if (value is not null) start.Environment[name] = value;
        // Messages are read by this program, and locales come and go with images: English and C always.
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Runs a program to its end, and kills it at the time limit.</summary>
    /// <exception cref="TimeoutException">It took longer than <paramref name="limit"/> and was killed.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">It could not be started.</exception>
    public static async Task<CommandResult> RunAsync(ProcessStartInfo start, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        process.StandardInput.Close();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new CommandResult(process.ExitCode, (await output).Trim(), (await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException($"{start.FileName} took longer than {limit.TotalSeconds:0} s.");
        }
    }

    /// <summary>Full path of a program from PATH or the usual system folders; null when there is none.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(SystemFolders)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}

/// <summary>What a program left behind, trimmed.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>The last line that says something: tools put the reason there.</summary>
    public string LastLine => Error.Split('\n').LastOrDefault(line => line.Trim().Length > 0)?.Trim() ?? $"exit code {ExitCode}";
}
