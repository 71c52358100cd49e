using System.Globalization;
using System.Text.RegularExpressions;
using WalletGrains.Testing;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Cluster;

/// <summary>
/// A place where a host runs, with its own way to the database. Its process comes and goes; ports, folders and proxy stay.
/// </summary>
internal sealed partial class HostNode : IAsyncDisposable
{
    private readonly HostFolders _folders = new();
    private readonly Dictionary<string, string> _settings;
    private HostProcessUnderTest? _process;
    private Signal? _nextFenced;
    private long _fenced;
    private long _answersLost;

    public HostNode(int number, string connectionString, IReadOnlyDictionary<string, string> settings)
    {
        Number = number;
        Proxy = TcpProxy.To(connectionString);
        _settings = new Dictionary<string, string>(settings)
        {
            ["ConnectionStrings__WalletGrains"] = Proxy.ConnectionStringThrough(connectionString),
            // The journal tells of fenced appends at this level.
            ["Serilog__MinimumLevel__Override__WalletGrains.Journal"] = "Debug",
        };
    }

    public int Number { get; }

    public TcpProxy Proxy { get; }

    /// <summary>Where clients reach it; null before its first start and after it was retired.</summary>
    public Uri? Address { get; private set; }

    /// <summary>Appends that the database refused this node's journals because their wallets had moved on.</summary>
    public long Fenced => Interlocked.Read(ref _fenced);

    /// <summary>Appends whose commit was sent and whose answer never came.</summary>
    public long AnswersLost => Interlocked.Read(ref _answersLost);

    /// <summary>What the process has printed last.</summary>
    public string Output => _process?.Output ?? "";

    public async Task StartAsync()
    {
        _process?.Dispose();
        _process = await HostProcessUnderTest.StartAsync(_folders, _settings, Take);
        Address = _process.Address;
    }

    /// <summary>kill -9.</summary>
    public Task KillAsync() => _process!.KillAsync();

    public void Freeze() => _process!.Freeze();

    public void Thaw() => _process!.Thaw();

    public Task WaitForEndAsync() => _process!.WaitForEndAsync();

    /// <summary>Clients are sent here no more.</summary>
    public void Retire() => Address = null;

    /// <summary>Raised at the next append that is fenced.</summary>
    public Signal NextFenced() => _nextFenced = new Signal($"an append of host {Number} is fenced");

    public async ValueTask DisposeAsync()
    {
        _process?.Dispose();
        await Proxy.DisposeAsync();
        await _folders.DisposeAsync();
    }

    private void Take(string line)
    {
        if (FencedLine().Match(line) is { Success: true } fenced)
        {
            Interlocked.Add(ref _fenced, CountIn(fenced));
            _nextFenced?.Raise();
        }
        else if (AnswerLostLine().Match(line) is { Success: true } lost)
        {
            Interlocked.Add(ref _answersLost, CountIn(lost));
        }
    }

    private static long CountIn(Match line) => long.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Journal lane \d+ fenced (\d+) appends")]
    private static partial Regex FencedLine();

    [GeneratedRegex(@"Journal lane \d+ lost the answer to a commit of (\d+) appends")]
    private static partial Regex AnswerLostLine();
}
