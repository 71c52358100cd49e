using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WalletGrains.Benchmarks.Load.Measure;

/// <summary>Prints results for people and for programs.</summary>
internal static class LoadReport
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static void Print(TextWriter output, MachineFacts machine, IReadOnlyList<LoadResult> results)
    {
        output.WriteLine($"commit {machine.Commit}, runtime {machine.Runtime}, {machine.Framework}, {machine.Cores} cores, garbage collector {machine.GarbageCollector}");
        output.WriteLine($"PostgreSQL {machine.PostgresVersion}: {string.Join(", ", machine.PostgresSettings.Select(setting => $"{setting.Key}={setting.Value}"))}");
        output.WriteLine();
        output.WriteLine("target    mix       wallets  choice   callers  due/s   operations/s  p50 ms  p99 ms  p99.9 ms   max ms  appends/commit  ms/commit  bytes/op  CPU µs/op  GC ms/s  failures  wrong wallets");
        foreach (var result in results)
        {
            output.WriteLine(Row(result));
        }

        foreach (var (result, failure, count) in results.SelectMany(result => result.Failures.Select(it => (result, it.Key, it.Value))))
        {
            output.WriteLine(Text($"NOT ACCEPTED {count} × {failure} ({result.Target}, {result.Workload.Mix}, {result.Workload.Wallets} wallets)"));
        }

        foreach (var result in results.Where(result => result.Balances.WrongWallets > 0))
        {
            output.WriteLine(Text($"WRONG {result.Balances.WrongWallets} wallets of {result.Target}: {result.Balances.ExpectedMinor} acknowledged, {result.Balances.FoundMinor} found"));
        }

        foreach (var (result, consumer) in results.SelectMany(result => result.Consumers.Select(consumer => (result, consumer))))
        {
            output.WriteLine(Text($"{result.Target}, {result.Workload.Mix}, {result.Workload.Wallets} wallets: {consumer.Consumer} took {consumer.Events / result.Workload.Duration.TotalSeconds:N0} events/s")
                + Text($", after their decision p50 {consumer.Delay.P50:F1}, p99 {consumer.Delay.P99:F1}, longest {consumer.Delay.Max:F1} ms"));
        }

        PrintRatios(output, results);
        output.WriteLine();
    }

    private static string Row(LoadResult result)
    {
        var (workload, latency) = (result.Workload, result.Latency);
        var processor = result.Cost.ProcessorSeconds * 1_000_000 / (result.OperationsPerSecond * workload.Duration.TotalSeconds);
        var pauses = result.Cost.PauseMilliseconds / workload.Duration.TotalSeconds;
        return Text($"{result.Target,-8}  {workload.Mix,-8}  {workload.Wallets,7}  {(workload.ZipfExponent is null ? "uniform" : "zipf"),-7}  {workload.Concurrency,7}  {workload.Rate,6}  {result.OperationsPerSecond,12:N0}")
            + Text($"  {latency.P50,6:F1}  {latency.P99,6:F1}  {latency.P999,8:F1}  {latency.Max,7:F1}")
            + Text($"  {result.Commits?.AverageAppends,14:F1}  {result.Commits?.AverageMilliseconds,9:F2}  {result.BytesPerOperation,8:N0}  {processor,9:F1}  {pauses,7:F1}")
            + Text($"  {result.Failures.Values.Sum(),8}  {result.Balances.WrongWallets,13}");
    }

    private static void PrintRatios(TextWriter output, IReadOnlyList<LoadResult> results)
    {
        var pairs = results
            .Where(result => result.Target == LoadOptions.RowLock)
            .Join(results.Where(result => result.Target == LoadOptions.Grains), peer => peer.Workload, product => product.Workload, (peer, product) => (peer, product));
        foreach (var (peer, product) in pairs)
        {
            output.WriteLine(Text($"{peer.Workload.Mix}, {peer.Workload.Wallets} wallets: grains do {product.OperationsPerSecond / peer.OperationsPerSecond:F1} × row locks"));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
