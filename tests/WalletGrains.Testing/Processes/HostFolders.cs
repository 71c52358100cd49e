using System.Globalization;
using Npgsql;

namespace WalletGrains.Testing.Processes;

/// <summary>The folders of one host under test, which outlive its processes, and the embedded server in them if it has one.</summary>
public sealed class HostFolders : IAsyncDisposable
{
    private const string EmbeddedName = "walletgrains";

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

    /// <summary>Connects to the embedded server that runs now: its lock file says in which folder its socket is.</summary>
    public string ServerConnectionString
    {
        get
        {
            var lines = File.ReadAllLines(Path.Combine(Cluster, "postmaster.pid"));
            return new NpgsqlConnectionStringBuilder
            {
                Port = int.Parse(lines[3], CultureInfo.InvariantCulture),
                Host = lines[4],
                Username = EmbeddedName,
                Database = EmbeddedName,
                Password = File.ReadAllText(Path.Combine(Data, "postgres", "password")),
            }.ConnectionString;
        }
    }

    private string Cluster => Path.Combine(Data, "postgres", "cluster");

    /// <summary>kill -9 of the embedded server, which cannot be started again until <see cref="GiveServerBack"/>.</summary>
    public void TakeServerAway()
    {
        var server = ServerProcessId!.Value;
        Directory.Move(Cluster, Cluster + ".away");
        PosixSignal.Kill.SendTo(server);
    }

    /// <summary>Ends the outage: the host finds the cluster at its next attempt.</summary>
    public void GiveServerBack() => Directory.Move(Cluster + ".away", Cluster);

    public async ValueTask DisposeAsync()
    {
        // After a kill -9 the embedded server goes on without its host.
        if (ServerProcessId is { } left)
        {
            PosixSignal.Kill.SendTo(left);
        }

        await _folder.DisposeAsync();
    }
}
