using WalletGrains.Chaos.Checking;
using WalletGrains.Chaos.Cluster;
using WalletGrains.Chaos.Faults;
using WalletGrains.Chaos.Report;
using WalletGrains.Chaos.Traffic;

namespace WalletGrains.Chaos;

/// <summary>
/// One round: wallets of its own, traffic, every fault once in an order of the seed's choice, and the audit. Rounds keep
/// what has to be remembered small, however long the whole runs.
/// </summary>
internal static class ChaosRound
{
    private static readonly IFault[] Faults = [new HostKill(), new HostFreeze(), new DatabaseKill(), new LostAnswer()];

    /// <summary>Runs a round on a cluster that is whole, and leaves it whole.</summary>
    /// <param name="cluster">Where.</param>
    /// <param name="name">Part of every request id.</param>
    /// <param name="seed">Decides what clients ask for, and which fault comes when.</param>
    /// <param name="card">Where it is written down.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RoundBrokenException">It did not come to its end.</exception>
    public static async Task RunAsync(ChaosCluster cluster, string name, int seed, ReportCard card, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (fenced, answersLost) = (cluster.Nodes.Sum(node => node.Fenced), cluster.Nodes.Sum(node => node.AnswersLost));
        await using var reader = new BooksReader(cluster.ConnectionString);
        await cluster.PatientBank.SignInAsync(cancellationToken);
        var traffic = await BankTraffic.StartAsync(cluster.Bank, name, seed, ending.Token);
        try
        {
            var faults = Faults.ToArray();
            new Random(seed).Shuffle(faults);
            foreach (var fault in faults)
            {
                var watch = await fault.StrikeAsync(cluster, traffic, cancellationToken);
                await watch.EveryWalletServedAsync(cancellationToken);
                card.Add(fault.Name, watch.First, watch.Every);
                card.AddDrift(fault.Name, await reader.ReadDriftAsync(cancellationToken));
            }

            await traffic.StopAsync();
            card.Add(traffic.History, await traffic.AuditAsync(cluster.ConnectionString, cancellationToken));
            card.AddDrift("the end", await reader.ReadDriftAsync(cancellationToken));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RoundBrokenException(cluster, e);
        }
        finally
        {
            card.AddJournal(cluster.Nodes.Sum(node => node.Fenced) - fenced, cluster.Nodes.Sum(node => node.AnswersLost) - answersLost);
            await ending.CancelAsync();
        }
    }
}

/// <summary>A round did not come to its end, whatever the reason. What the hosts said last explains it, and they are gone in a moment.</summary>
internal sealed class RoundBrokenException(ChaosCluster cluster, Exception cause) : Exception($"{cause.Message}\n{LastWordsOf(cluster)}", cause)
{
    private const int LinesPerHost = 40;

    private static string LastWordsOf(ChaosCluster cluster) => string.Join('\n', cluster.Nodes.Select(node =>
        $"== host {node.Number}\n{string.Join('\n', node.Output.Split('\n').TakeLast(LinesPerHost))}"));
}
