using System.Diagnostics;
using WalletGrains.Chaos.Cluster;
using WalletGrains.Chaos.Report;
using WalletGrains.Host.Actors;

namespace WalletGrains.Chaos;

/// <summary>Rounds on one cluster, until the time is over.</summary>
internal static class ChaosRun
{
    /// <summary>Runs at least one round.</summary>
    /// <returns>Whether every round came to its end.</returns>
    public static async Task<bool> RunAsync(ChaosOptions options, ReportCard card, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{SiloSetup.RuntimeName}, hosts: {Topology.Hosts}, seed: {options.Seed}");
        var startedAt = Stopwatch.GetTimestamp();
        await using var cluster = await ChaosCluster.StartAsync(cancellationToken);
        try
        {
            for (var round = 1; round == 1 || Stopwatch.GetElapsedTime(startedAt) < options.Time; round++)
            {
                await ChaosRound.RunAsync(cluster, $"{round}", unchecked(options.Seed + round), card, cancellationToken);
                Console.WriteLine($"Round {round} after {Stopwatch.GetElapsedTime(startedAt).TotalSeconds:0} s: {card.Operations:N0} operations, {card.Findings.Count} findings");
            }

            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (RoundBrokenException e)
        {
            await Console.Error.WriteLineAsync(e.ToString());
            return false;
        }
    }
}
