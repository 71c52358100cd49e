using WalletGrains.Simulators.Calls;
using WalletGrains.Simulators.Faults;
using Xunit;

namespace WalletGrains.Simulators.Tests;

/// <summary>Which calls are struck.</summary>
public sealed class SeedTests
{
    private static readonly FaultRule[] Mix =
    [
        new("*.pay", FaultKind.ErrorBefore) { Share = 0.3 },
        new("*.pay", FaultKind.ErrorAfter) { Share = 0.3 },
        new("airtime.*", FaultKind.Malformed) { Share = 0.3 },
        new("airtime.pay", FaultKind.Late) { Share = 0.3 },
    ];

    [Fact]
    public async Task The_same_seed_strikes_the_same_calls_however_they_overlap()
    {
        var oneByOne = await FaultsAsync(seed: 7, degree: 1);
        Assert.Equal(4, oneByOne.SelectMany(call => call.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Distinct().Count());
        Assert.Contains("", oneByOne.Values);
        Assert.Equal(oneByOne, await FaultsAsync(seed: 7, degree: 16));
        Assert.NotEqual(oneByOne, await FaultsAsync(seed: 8, degree: 1));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(0.9)]
    public void About_its_share_of_the_calls_is_struck(double share)
    {
        var plan = new FaultPlan(seed: 1);
        plan.Replace(seed: null, [new FaultRule("airtime.pay", FaultKind.ErrorBefore) { Share = share }]);
        var ofFirst = Enumerable.Range(0, 10_000).Count(i => plan.Strike("airtime.pay", $"p-{i}", 1).Have(FaultKind.ErrorBefore));
        var ofOne = Enumerable.Range(1, 10_000).Count(i => plan.Strike("airtime.pay", "p", i).Have(FaultKind.ErrorBefore));

        // Five standard deviations.
        var tolerance = 5 * Math.Sqrt(10_000 * share * (1 - share));
        Assert.InRange(ofFirst, (10_000 * share) - tolerance, (10_000 * share) + tolerance);
        Assert.InRange(ofOne, (10_000 * share) - tolerance, (10_000 * share) + tolerance);
    }

    [Fact]
    public void Of_the_faults_of_an_answer_the_first_rule_strikes_and_others_come_on_top()
    {
        var plan = new FaultPlan(seed: 1);
        plan.Replace(seed: null,
        [
            new FaultRule("airtime.pay", FaultKind.TimeoutAfter),
            new FaultRule("airtime.pay", FaultKind.WrongAmount),
            new FaultRule("*", FaultKind.Late) { Queries = 3 },
            new FaultRule("*", FaultKind.Late) { Queries = 9 },
        ]);
        var strikes = plan.Strike("airtime.pay", "p-1", 1);
        Assert.Equal([FaultKind.TimeoutAfter, FaultKind.Late], strikes.Kinds);
        Assert.Equal(3, strikes.Of(FaultKind.Late)?.Queries);
        Assert.Empty(plan.Strike("airtime.status", "p-1", 1).Kinds);
    }

    [Fact]
    public void A_rule_strikes_only_its_key_and_only_so_often()
    {
        var plan = new FaultPlan(seed: 1);
        plan.Replace(seed: null, [new FaultRule("airtime.*", FaultKind.Malformed) { Key = "p-1", Times = 2 }]);
        Assert.Empty(plan.Strike("airtime.pay", "p-2", 1).Kinds);
        Assert.Empty(plan.Strike("water.pay", "p-1", 1).Kinds);
        Assert.Single(plan.Strike("airtime.pay", "p-1", 1).Kinds);
        Assert.Single(plan.Strike("airtime.status", "p-1", 1).Kinds);
        Assert.Empty(plan.Strike("airtime.pay", "p-1", 2).Kinds);
    }

    private static async Task<SortedDictionary<string, string>> FaultsAsync(long seed, int degree)
    {
        await using var simulators = await TestSimulators.StartAsync();
        await simulators.Admin.SetFaultsAsync(seed, Mix);
        var references = Enumerable.Range(0, 60).Select(i => $"p-{i}");
        await Parallel.ForEachAsync(references, new ParallelOptions { MaxDegreeOfParallelism = degree, CancellationToken = TestContext.Current.CancellationToken }, async (reference, _) =>
        {
            await simulators.PayAsync(reference);
            await simulators.PayAsync(reference);
        });
        var calls = await simulators.Admin.CallsAsync("airtime.pay");
        Assert.Equal(120, calls.Count);
        return new SortedDictionary<string, string>(
            calls.GroupBy(call => call.Key).SelectMany(Named).ToDictionary(), StringComparer.Ordinal);
    }

    /// <summary>What struck each call about a key, by its place among them.</summary>
    private static IEnumerable<(string Call, string Faults)> Named(IGrouping<string, CallRecord> calls) =>
        calls.OrderBy(call => call.Number).Select((call, i) => ($"{call.Key}/{i}", string.Join(' ', call.Faults)));
}
