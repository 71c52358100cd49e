using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WalletGrains.Benchmarks.Load.Measure;

namespace WalletGrains.Benchmarks.Calls;

/// <summary>The verb <c>calls</c>: what one local grain call costs, without any wallet or database.</summary>
internal static class CallsCommand
{
    private const int MaxSeconds = 3_600;

    public static async Task<int> RunAsync(Arguments line)
    {
        var callers = line.Number("callers", 64, 1, 10_000);
        var grainCount = line.Number("grains", 10_000, 1, 1_000_000);
        var warmup = TimeSpan.FromSeconds(line.Number("warmup", 3, 0, MaxSeconds));
        var duration = TimeSpan.FromSeconds(line.Number("seconds", 10, 1, MaxSeconds));
        line.EnsureAllUsed();

        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        CallsRuntime.Add(builder);
        using var host = builder.Build();
        await host.StartAsync();
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var grains = Enumerable.Range(0, grainCount).Select(key => factory.GetGrain<IEchoGrain>(key)).ToArray();

        var (callsPerSecond, cost) = await MeasureAsync(grains, callers, warmup, duration);
        var (runtime, framework, collector) = MachineFacts.OfProcess();
        var bytesPerCall = cost.AllocatedBytes / Math.Max(1, callsPerSecond * duration.TotalSeconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"runtime {runtime}, {framework}, {Environment.ProcessorCount} cores, garbage collector {collector}, commit {MachineFacts.CommitOfBuild()}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{callers} callers, {grainCount} grains: {callsPerSecond:N0} calls/s, {bytesPerCall:N0} bytes/call"));
        Console.WriteLine(JsonSerializer.Serialize(
            new { runtime, framework, cores = Environment.ProcessorCount, collector, callers, grains = grainCount, callsPerSecond, bytesPerCall },
            LoadReport.Json));
        await host.StopAsync();
        return 0;
    }

    private static async Task<(double CallsPerSecond, ProcessCost.Spent Cost)> MeasureAsync(
        IEchoGrain[] grains, int callers, TimeSpan warmup, TimeSpan duration)
    {
        using var stop = new CancellationTokenSource();
        var counters = Enumerable.Range(0, callers).Select(_ => new Counter()).ToArray();
        var running = counters.Select((counter, caller) => Task.Run(() => CallAsync(grains, caller, counter, stop.Token))).ToArray();

        await Task.Delay(warmup);
        var (before, spent, startedAt) = (counters.Sum(counter => counter.Value), ProcessCost.Start(), Stopwatch.GetTimestamp());
        await Task.Delay(duration);
        var calls = counters.Sum(counter => counter.Value) - before;
        var (elapsed, cost) = (Stopwatch.GetElapsedTime(startedAt), spent.Stop());
        await stop.CancelAsync();
        await Task.WhenAll(running);
        return (calls / elapsed.TotalSeconds, cost);
    }

    private static async Task CallAsync(IEchoGrain[] grains, int caller, Counter counter, CancellationToken stop)
    {
        var random = new Random(caller);
        while (!stop.IsCancellationRequested)
        {
            var value = random.Next(grains.Length);
            if (await grains[value].EchoAsync(value) != value)
            {
                throw new InvalidOperationException("A grain answered somebody else's call.");
            }

            counter.Increment();
        }
    }

    /// <summary>Written by one caller only, read by the one who measures.</summary>
    private sealed class Counter
    {
        private long _value;

        public long Value => Volatile.Read(ref _value);

        public void Increment() => Volatile.Write(ref _value, _value + 1);
    }
}
