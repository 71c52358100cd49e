using System.Diagnostics;
using System.Text.RegularExpressions;

namespace WalletGrains.Testing.Processes;

/// <summary>
/// The product's own executable as a process of the operating system, on a data folder of the test. It is taken from the
/// folder of the running test, so the test's project references the host.
/// </summary>
public sealed partial class HostProcessUnderTest : IDisposable
{
    private const int MaxLines = 2_000;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Action<string>? _onLine;
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _output = [];

    private HostProcessUnderTest(Process process, Action<string>? onLine) => (_process, _onLine) = (process, onLine);

    /// <summary>The line that says it is ready.</summary>
    public string ReadyLine { get; private set; } = "";

    /// <summary>Where it accepts requests.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The newest lines it has printed.</summary>
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
    /// <param name="folders">Where it keeps what it keeps.</param>
    /// <param name="settings">Environment variables.</param>
    /// <param name="onLine">Sees every line it prints, one after the other.</param>
    public static async Task<HostProcessUnderTest> StartAsync(
        HostFolders folders, IReadOnlyDictionary<string, string>? settings = null, Action<string>? onLine = null)
    {
        var host = Launch(folders, settings, onLine);
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
    public static async Task<(int ExitCode, string Output)> RunToEndAsync(
        HostFolders folders, IReadOnlyDictionary<string, string>? settings = null, params string[] arguments)
    {
        using var host = Launch(folders, settings, onLine: null, arguments);
        return (await host.WaitForEndAsync(), host.Output);
    }

    /// <summary>kill -9: no handler runs, nothing is flushed.</summary>
    public Task<int> KillAsync() => StopAsync(PosixSignal.Kill);

    /// <summary>SIGTERM, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> TerminateAsync() => StopAsync(PosixSignal.Terminate);

    /// <summary>SIGINT, which is what Ctrl-C sends, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> InterruptAsync() => StopAsync(PosixSignal.Interrupt);

    /// <summary>It runs no instruction until <see cref="Thaw"/>; its connections stay open.</summary>
    public void Freeze() => PosixSignal.Stop.SendTo(_process.Id);

    /// <summary>It goes on where it was frozen, and does not know for how long it was.</summary>
    public void Thaw() => PosixSignal.Continue.SendTo(_process.Id);

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForEndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(StopLimit);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private Task<int> StopAsync(PosixSignal signal)
    {
        signal.SendTo(_process.Id);
        return WaitForEndAsync();
    }

    private static HostProcessUnderTest Launch(HostFolders folders, IReadOnlyDictionary<string, string>? settings, Action<string>? onLine, params string[] arguments)
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
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var host = new HostProcessUnderTest(new Process { StartInfo = start, EnableRaisingEvents = true }, onLine);
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
            if (_output.Count == MaxLines)
            {
                _output.Dequeue();
            }

            _output.Enqueue(line);
            _onLine?.Invoke(line);
        }

        if (line.StartsWith("WalletGrains is ready on ", StringComparison.Ordinal))
        {
            _ready.TrySetResult(line);
        }
    }

    [GeneratedRegex(@"http://[^ ]+")]
    private static partial Regex AddressInReadyLine();
}
