using System.Diagnostics;
using WalletGrains.Chaos;
using WalletGrains.Chaos.Cluster;
using WalletGrains.Chaos.Report;
using WalletGrains.Host.Actors;

if (ChaosOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(ChaosOptions.Usage);
    return 2;
}

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stopping.Cancel();
};

Console.WriteLine($"Runtime {SiloSetup.RuntimeName}, {Topology.Hosts} host(s), seed {options.Seed}");
var card = new ReportCard();
var startedAt = Stopwatch.GetTimestamp();
await using (var cluster = await ChaosCluster.StartAsync(stopping.Token))
{
    for (var round = 1; round == 1 || Stopwatch.GetElapsedTime(startedAt) < options.Time; round++)
    {
        await ChaosRound.RunAsync(cluster, $"{round}", unchecked(options.Seed + round), card, stopping.Token);
        Console.WriteLine($"Round {round} after {Stopwatch.GetElapsedTime(startedAt).TotalSeconds:0} s: {card.Operations:N0} operations, {card.Findings.Count} findings");
    }
}

Console.WriteLine();
Console.Write(card);
return card.Findings.Count == 0 && card.Fenced > 0 ? 0 : 1;
