using System.Diagnostics;
using System.Globalization;
using WalletGrains.Simulation.Audit;
using WalletGrains.Simulation.Bugs;

namespace WalletGrains.Simulation;

/// <summary>What <c>./simulate</c> is asked for.</summary>
internal static class CommandLine
{
    private const string Usage = """
        ./simulate --seeds N [--from S]    runs N seeds, from seed S (0) on; with --coverage says what occurred in them
        ./simulate --seed S [--trace]      runs one seed, and shows everything that happens in it
        ./simulate --bugs [--from S]       plants known mistakes one by one, and counts the seeds it takes to find them
        """;

    public static int Run(string[] args)
    {
        var numbers = new Dictionary<string, int>();
        var (trace, bugs, coverage) = (false, false, false);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--trace")
            {
                trace = true;
            }
            else if (args[i] == "--bugs")
            {
                bugs = true;
            }
            else if (args[i] == "--coverage")
            {
                coverage = true;
            }
            else if (args[i] is "--seeds" or "--from" or "--seed"
                && i + 1 < args.Length
                && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                numbers[args[i++]] = number;
            }
            else
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }
        }

        var from = numbers.GetValueOrDefault("--from");
        var count = bugs ? BugHunt.MaxSeeds : numbers.GetValueOrDefault("--seeds", 500);
        if ((long)from + count - 1 > int.MaxValue)
        {
            Console.Error.WriteLine($"There are no {count} seeds from {from} on: the last one is {int.MaxValue}.");
            return 2;
        }

        return bugs ? Hunt(from)
            : numbers.TryGetValue("--seed", out var seed) ? One(seed, trace)
            : Many(from, count, coverage);
    }

    private static int One(int seed, bool trace)
    {
        var result = SeedRun.Run(seed, listener: trace ? Console.WriteLine : null);
        Console.WriteLine($"Seed {seed}: {result.Commits} commits, {result.Transfers} transfers, {result.VirtualTime:hh\\:mm\\:ss} of virtual time, trace {result.TraceHash:x16}");
        Console.WriteLine($"Faults: {string.Join(", ", result.Faults)}");
        Console.WriteLine(result.Violation is { } violation ? $"FAILED: {violation}" : "All is well.");
        return result.Violation is null ? 0 : 1;
    }

    private static int Hunt(int from)
    {
        var catches = BugHunt.Run(from);
        foreach (var line in BugHunt.Report(catches))
        {
            Console.WriteLine(line);
        }

        return catches.All(found => found.Seeds is not null) ? 0 : 1;
    }

    private static int Many(int from, int count, bool coverage)
    {
        var watch = Stopwatch.StartNew();
        var results = SeedRange.Run(from, count);
        var failed = results.Where(result => result.Violation is not null).ToList();
        foreach (var result in failed)
        {
            Console.WriteLine($"Seed {result.Seed} FAILED: {result.Reason}");
            Console.WriteLine($"  {result.ReplayLine}");
        }

        foreach (var (what, times) in coverage ? Coverage.Sum(results.Select(result => result.Coverage)).Seen : [])
        {
            Console.WriteLine($"{times,10} {what}");
        }

        Console.WriteLine(
            $"{count} seeds in {watch.Elapsed.TotalSeconds:F1} s ({count / watch.Elapsed.TotalSeconds:F0}/s), "
            + $"{results.Sum(result => (long)result.Commits)} commits, {results.Sum(result => (long)result.Transfers)} transfers, "
            + $"{results.Sum(result => result.VirtualTime.TotalHours):F0} h of virtual time, "
            + $"trace {results.Aggregate(0UL, (hash, result) => hash ^ result.TraceHash):x16}: {failed.Count} failed");
        return failed.Count == 0 ? 0 : 1;
    }
}
