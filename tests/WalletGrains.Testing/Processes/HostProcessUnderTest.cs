using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using WalletGrains.Testing;

namespace WalletGrains.Host.Tests.Processes;

/// <summary>The product's own executable as a process of the operating system, on a data folder of the test.</summary>
internal sealed partial class HostProcessUnderTest : IDisposable
{
    private const int Sigkill = 9;
    private const int Sigint = 2;
    private const int Sigterm = 15;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _output = [];

    private HostProcessUnderTest(Process process) => _process = process;

    /// <summary>The line that says it is ready.</summary>
    public string ReadyLine { get; private set; } = "";

    /// <summary>Where it accepts requests.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Everything it has printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    /// <summary>Starts it and waits until it accepts requests.</summary>
    public static async Task<HostProcessUnderTest> StartAsync(HostFolders folders, IReadOnlyDictionary<string, string>? settings = null)
    {
        var host = Launch(folders, settings);
        try
        {
            host.ReadyLine = await host._ready.Task.WaitAsync(StartLimit);
        }
        catch
        {
            host.Dispose();
            throw;
        }

        host.Address = new Uri(AddressInReadyLine().Match(host.ReadyLine).Value);
        return host;
    }

    /// <summary>Starts it and waits until it has ended by itself.</summary>
    /// <returns>Its exit code, and everything it printed.</returns>
    public static async Task<(int ExitCode, string Output)> RunToEndAsync(HostFolders folders, IReadOnlyDictionary<string, string> settings)
    {
        using var host = Launch(folders, settings);
        await host._process.WaitForExitAsync().WaitAsync(StartLimit);
        return (host._process.ExitCode, host.Output);
    }

    /// <summary>kill -9: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        Kill(_process.Id, Sigkill);
        await _process.WaitForExitAsync().WaitAsync(StopLimit);
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> TerminateAsync() => StopAsync(Sigterm);

    /// <summary>SIGINT, which is what Ctrl-C sends, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> InterruptAsync() => StopAsync(Sigint);

    private async Task<int> StopAsync(int signal)
    {
        Kill(_process.Id, signal);
        await _process.WaitForExitAsync().WaitAsync(StopLimit);
        return _process.ExitCode;
    }

    /// <summary>kill -9 of a process by its id.</summary>
    public static void KillProcess(int processId) => Kill(processId, Sigkill);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static HostProcessUnderTest Launch(HostFolders folders, IReadOnlyDictionary<string, string>? settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "WalletGrains.Host.dll") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folders.Root,
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["PORT"] = "0",
                ["WALLETGRAINS_DATA"] = folders.Data,
                ["WALLETGRAINS_LOGS"] = folders.Logs,
                ["WALLETGRAINS_OPERATOR_PASSWORD"] = BankClient.OperatorPassword,
            },
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var host = new HostProcessUnderTest(new Process { StartInfo = start, EnableRaisingEvents = true });
        host._process.OutputDataReceived += (_, line) => host.Take(line.Data);
        host._process.ErrorDataReceived += (_, line) => host.Take(line.Data);
        host._process.Exited += (_, _) => host._ready.TrySetException(new InvalidOperationException($"The host ended before it was ready:\n{host.Output}"));
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        return host;
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Add(line);
        }

        if (line.StartsWith("WalletGrains is ready on ", StringComparison.Ordinal))
        {
            _ready.TrySetResult(line);
        }
    }

    // .NET can only send SIGKILL by itself. Every POSIX shell has kill built in; the program is not on every machine.
    private static void Kill(int processId, int signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {processId}")]);
        kill.WaitForExit();
    }

    [GeneratedRegex(@"http://[^ ]+")]
    private static partial Regex AddressInReadyLine();
}

/// <summary>The folders of one host under test, which outlive its processes.</summary>
internal sealed class HostFolders : IAsyncDisposable
{
    private readonly TestFolder _folder = TestFolders.Create("host");

    public HostFolders() => Directory.CreateDirectory(Root);

    /// <summary>A folder that the unprivileged user of the embedded server can enter.</summary>
    public string Root => _folder.Path;

    public string Data => Path.Combine(Root, "data");

    public string Logs => Path.Combine(Root, "logs");

    /// <summary>Process id of the embedded server that runs on the data folder now; null when none does.</summary>
    public int? ServerProcessId
    {
        get
        {
            var file = Path.Combine(Cluster, "postmaster.pid");
            return File.Exists(file) ? int.Parse(File.ReadLines(file).First(), CultureInfo.InvariantCulture) : null;
        }
    }

    private string Cluster => Path.Combine(Data, "postgres", "cluster");

    /// <summary>kill -9 of the embedded server, which cannot be started again until <see cref="GiveServerBack"/>.</summary>
    public void TakeServerAway()
    {
        var server = ServerProcessId!.Value;
        Directory.Move(Cluster, Cluster + ".away");
        HostProcessUnderTest.KillProcess(server);
    }

    /// <summary>Ends the outage: the host finds the cluster at its next attempt.</summary>
    public void GiveServerBack() => Directory.Move(Cluster + ".away", Cluster);

    public async ValueTask DisposeAsync()
    {
        // After a kill -9 the embedded server goes on without its host.
        if (ServerProcessId is { } left)
        {
            HostProcessUnderTest.KillProcess(left);
        }

        await _folder.DisposeAsync();
    }
}
