using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using WalletGrains.Benchmarks.Load;
using WalletGrains.Benchmarks.Load.Measure;
using WalletGrains.Benchmarks.Load.Targets;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Benchmarks.Wallets;

/// <summary>
/// The verb <c>wallets</c>: what a wallet costs that is in memory, and how long the first operation takes on one that is not,
/// with a short history and with a long one.
/// </summary>
internal static class WalletsCommand
{
    private const int ShortHistory = 10;
    private const int DepositConcurrency = 256;

    private static readonly Money Amount = new(Workload.AmountMinor, Currency.Parse("USD"));

    public static async Task<int> RunAsync(Arguments line)
    {
        var active = line.Number("active", 100_000, 1, 10_000_000);
        var history = line.Number("history", 1_000_000, 100, 100_000_000);
        var samples = line.Number("samples", 200, 10, 100_000);
        line.EnsureAllUsed();

        await using var host = await MeasuredHost.StartAsync();
        var machine = await MachineFacts.ReadAsync(host.DataSource);
        var bytes = await MeasureMemoryAsync(host, active);
        var brief = await MeasureColdAsync(host, ShortHistory, samples);
        var @long = await MeasureColdAsync(host, history, samples);

        Console.WriteLine($"commit {machine.Commit}, runtime {machine.Runtime}, {machine.Framework}, {machine.Cores} cores");
        Print($"{active:N0} active wallets: {bytes:N0} bytes each");
        Print($"first operation on a cold wallet with {ShortHistory} entries: p50 {brief.P50:F2} ms, p99 {brief.P99:F2} ms");
        Print($"first operation on a cold wallet with {history:N0} entries: p50 {@long.P50:F2} ms, p99 {@long.P99:F2} ms");
        Console.WriteLine(JsonSerializer.Serialize(new { machine, active, bytesPerWallet = bytes, history, cold = new { brief, @long } }, LoadReport.Json));
        return 0;
    }

    /// <summary>Bytes that stay for each wallet after one deposit, from the heap's size before and after.</summary>
    private static async Task<long> MeasureMemoryAsync(MeasuredHost host, int count)
    {
        // So that what the runtime and the journal grow to under load is there before.
        var first = NewWallets(1_000);
        await GrainTarget.OpenAsync(host.Grains, first, Workload.AmountMinor);
        var before = await SettledHeapAsync();
        var wallets = NewWallets(count);
        await GrainTarget.OpenAsync(host.Grains, wallets, Workload.AmountMinor);
        var after = await SettledHeapAsync();
        GC.KeepAlive(wallets);
        return (after - before - (16L * count)) / count;
    }

    private static async Task<LatencySummary> MeasureColdAsync(MeasuredHost host, int entries, int samples)
    {
        var wallet = NewWallets(1)[0];
        await GrainTarget.OpenAsync(host.Grains, [wallet], 0);
        var grain = host.Grains.GetGrain<IWalletGrain>(wallet);
        await Parallel.ForAsync(0, entries, new ParallelOptions { MaxDegreeOfParallelism = DepositConcurrency }, async (_, _) => await DepositAsync(grain));
        var management = host.Grains.GetGrain<IManagementGrain>(0);
        var latencies = new LatencyHistogram();
        for (var i = 0; i < samples; i++)
        {
            await management.ForceActivationCollection(TimeSpan.Zero);
            var startedAt = Stopwatch.GetTimestamp();
            await DepositAsync(grain);
            latencies.Record(Stopwatch.GetElapsedTime(startedAt));
        }

        return latencies.Summarize();
    }

    private static async Task DepositAsync(IWalletGrain grain)
    {
        var outcome = await grain.ExecuteAsync(new Deposit(RequestId.FromClient(Guid.NewGuid().ToString("N")), Amount));
        if (outcome is not WalletOutcome.Accepted)
        {
            throw new InvalidOperationException($"A deposit was not accepted: {outcome}.");
        }
    }

    private static Guid[] NewWallets(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];

    /// <summary>The heap once deadlines have passed and nothing is left to collect.</summary>
    private static async Task<long> SettledHeapAsync()
    {
        await Task.Delay(Limits.DecisionDeadline + TimeSpan.FromSeconds(1));
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
