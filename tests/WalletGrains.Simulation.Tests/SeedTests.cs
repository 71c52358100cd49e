using System.Diagnostics;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Simulation.Audit;
using Xunit;

// Seeds take all cores as it is.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace WalletGrains.Simulation.Tests;

/// <summary>The product in hundreds of simulated clusters, each with faults of its own.</summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    private const int Seeds = 500;
    private const int SeedsRunTwice = 50;

    [Fact]
    public void Whatever_fails_the_auditor_finds_nothing_wrong_and_all_comes_to_its_end()
    {
        var watch = Stopwatch.StartNew();
        var results = SeedRange.Run(from: 0, Seeds);
        output.WriteLine($"{Seeds} seeds in {watch.Elapsed.TotalSeconds:F1} s, {results.Sum(result => result.Commits)} commits");

        var failed = results.Where(result => result.Violation is not null).Select(result => $"{result.ReplayLine}: {result.Reason}").ToList();
        Assert.True(failed.Count == 0, string.Join('\n', failed));
        CheckCoverage(Coverage.Sum(results.Select(result => result.Coverage)));
    }

    [Fact]
    public void A_seed_runs_the_same_twice()
    {
        var (first, second) = (SeedRange.Run(from: 0, SeedsRunTwice), SeedRange.Run(from: 0, SeedsRunTwice));
        Assert.Equal(first.Select(result => result.TraceHash), second.Select(result => result.TraceHash));
        Assert.Equal(SeedsRunTwice, first.Select(result => result.TraceHash).Distinct().Count());
    }

    [Fact]
    public async Task A_seed_runs_the_same_in_another_process()
    {
        // Hashes of strings are other ones there.
        var program = Path.Combine(AppContext.BaseDirectory, "WalletGrains.Simulation.dll");
        using var other = Process.Start(new ProcessStartInfo("dotnet", [program, "--seed", "5"]) { RedirectStandardOutput = true })!;
        var text = await other.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Contains($"trace {SeedRun.Run(5).TraceHash:x16}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_runs_the_same_whether_somebody_listens_or_not()
    {
        var lines = new List<string>();
        var listened = SeedRun.Run(7, listener: lines.Add);

        Assert.Equal(SeedRun.Run(7).TraceHash, listened.TraceHash);
        Assert.Contains(lines, line => line.Contains("commit", StringComparison.Ordinal));
    }

    /// <summary>What never occurs is not tested.</summary>
    private static void CheckCoverage(Coverage coverage)
    {
        // So many holds are open at a time in no run, and RequestIdReused is told of the request only.
        var refusals = Enum.GetValues<WalletRefusal>().Except([WalletRefusal.TooManyHolds]).Select(Auditor.NameOf).Select(name => $"refusal {name}");
        var entries = Enum.GetValues<EntryType>().Select(EntryTypes.NameOf).Append(Kinds.Reversal).Append(Kinds.Expire).Append(Kinds.BankCredit).Select(kind => $"entry {kind}");
        var notDecided = Enum.GetValues<NotDecidedReason>()
            .SelectMany(reason => new[] { $"answer WalletOutcome.NotDecided {reason}", $"answer TransferOutcome.NotDecided {reason}" });
        var invalid = Enum.GetValues<TransferInvalidReason>().Except([TransferInvalidReason.TransferNotFound, TransferInvalidReason.TransferCurrencyMismatch])
            .Select(reason => $"answer TransferOutcome.Invalid {reason}");

        string[] bulks =
        [
            "bulk Completed", "bulk Failed, refused", "bulk Failed, abandoned", "answer BulkOutcome.Completed ", "answer BulkOutcome.Refused ",
            "answer BulkOutcome.Abandoned ", $"answer BulkOutcome.NotDecided {NotDecidedReason.OutcomeUnknown}", $"answer BulkOutcome.NotDecided {NotDecidedReason.RequestIdReused}",
        ];

        string[] jobs = ["job Done", "job Dead", "job Queued", "job taken over from a lost lease", "job result refused for a lost lease", "job settled again"];

        string[] counterparts =
        [
            "virtual account made", "report New", "report Known", "report Contradicting", "payment credited", "payment left to an operator", "dead letter retried",
            "balance stored", "balance given up", "account gone", "login with a fresh balance", "login with a stored balance",
            "schedule Active", "schedule Completed", "schedule Failed", "schedule Cancelled",
            "bill Unknown", "bill Completed", "bill Reversed", "bill Failed", "bill declined", "bill given up that was never sent",
            "answer Accepted to a bill", "answer Refused to a bill",
        ];

        Assert.All([.. refusals, .. counterparts, .. bulks, .. jobs, .. entries, .. notDecided, .. invalid, "read, old within bounds", "answer to a repeat"], what => Assert.True(coverage.Has(what), what));
    }
}
