using System.Text.Json;
using WalletGrains.Benchmarks.Load.Http;
using WalletGrains.Benchmarks.Load.Measure;
using WalletGrains.Benchmarks.Load.RowLock;
using WalletGrains.Benchmarks.Load.Targets;

namespace WalletGrains.Benchmarks.Load;

/// <summary>The verb <c>load</c>: starts the host, runs loops against it or against the peer in the same PostgreSQL, prints.</summary>
internal static class LoadCommand
{
    private const int Fine = 0;
    private const int Wrong = 1;

    public static async Task<int> RunAsync(Arguments line)
    {
        var options = LoadOptions.Read(line);
        await using var host = await MeasuredHost.StartAsync($"--Fraud:Frequency:Enabled={options.Alerts}");
        var machine = await MachineFacts.ReadAsync(host.DataSource);
        await JournalFill.FillAsync(host.DataSource, options.Entries);
        List<LoadResult> results = [];
        foreach (var (target, workload) in Plan(options))
        {
            results.Add(await RunOneAsync(host, target, workload, options.PeerConnections));
        }

        LoadReport.Print(Console.Out, machine, results);
        Console.WriteLine(JsonSerializer.Serialize(new { machine, results }, LoadReport.Json));
        return results.TrueForAll(result => result.IsClean) ? Fine : Wrong;
    }

    /// <summary>With --compare the peer goes first in every pair: the product then works on the larger and dirtier database.</summary>
    private static IEnumerable<(string Target, Workload Workload)> Plan(LoadOptions options)
    {
        var workload = options.Workload;
        if (!options.Compare)
        {
            return [(options.Target, workload)];
        }

        Workload[] rows =
        [
            workload,
            workload with { Wallets = 1 },
            workload with { Mix = Mix.Transfer },
            workload with { Mix = Mix.Transfer, Wallets = 2 },
        ];
        return rows.SelectMany(row => new[] { (LoadOptions.RowLock, row), (LoadOptions.Grains, row) });
    }

    private static async Task<LoadResult> RunOneAsync(MeasuredHost host, string name, Workload workload, int peerConnections)
    {
        await Console.Error.WriteLineAsync($"{name}: {workload.Mix}, {workload.Wallets} wallets, {workload.Concurrency} in flight");
        var wallets = Enumerable.Range(0, workload.Wallets).Select(_ => Guid.CreateVersion7()).ToArray();
        ILoadTarget target = name switch
        {
            LoadOptions.Grains => new GrainTarget(host, wallets),
            LoadOptions.Http => await HttpTarget.ConnectAsync(host, wallets, workload.Mix, workload.Concurrency),
            _ => await RowLockTarget.ConnectAsync(host.DataSource, wallets, peerConnections),
        };
        await using (target)
        {
            await target.OpenWalletsAsync(workload);
            await host.CheckpointAsync();
            return await Loop.RunAsync(target, workload);
        }
    }
}
