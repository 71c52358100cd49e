using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using WalletGrains.Testing;

namespace WalletGrains.Journal.Tests.Embedded;

/// <summary>
/// A host in a process of its own, to be killed with -9: this test program started once more, which an environment variable
/// turns into a host. Nothing less is honest: only the death of a process gives a lock back and leaves its child running.
/// </summary>
internal sealed class KilledHost
{
    private const string FolderVariable = "WALLETGRAINS_TEST_KILLED_HOST";

    private readonly Process _process;

    private KilledHost(Process process, int serverProcessId, string connectionString)
    {
        _process = process;
        ServerProcessId = serverProcessId;
        ConnectionString = connectionString;
    }

    public int ServerProcessId { get; }

    public string ConnectionString { get; }

    public static async Task<KilledHost> StartAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        start.Environment[FolderVariable] = dataFolder;
        var process = Process.Start(start) ?? throw new InvalidOperationException("The host did not start.");
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(Signal.DefaultLimit, cancellationToken)
            ?? throw new InvalidOperationException("The host ended without a word.");
        var (processId, connectionString) = (line[..line.IndexOf(' ')], line[(line.IndexOf(' ') + 1)..]);
        return new KilledHost(process, int.Parse(processId, CultureInfo.InvariantCulture), connectionString);
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
        _process.Dispose();
    }

    /// <summary>
    /// Runs before any test framework gets hold of the process. All on this one thread: others may not enter this module
    /// until it returns, which it never does for a host.
    /// </summary>
    [ModuleInitializer]
    internal static void BecomeHost()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { } folder) return;
        var postgres = ServerUnderTest.With(TestPostgres.Options(folder));
        var server = postgres.StartAsync().GetAwaiter().GetResult();
        Console.WriteLine($"{postgres.ServerProcessId} {server.ConnectionString}");
        Console.In.ReadToEnd(); // Until the test kills it, or ends itself.
        postgres.StopAsync().GetAwaiter().GetResult();
        Environment.Exit(0);
    }
}
