using FsCheck;
using FsCheck.Fluent;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Domain.Fraud;
using Xunit;

namespace WalletGrains.Domain.Tests.Fraud;

public sealed class FraudRulesTests
{
    private static readonly Currency Usd = Currency.Parse("USD");
    private static readonly HashSet<string> Types = ["WITHDRAW", "TRANSFER_OUT"];
    private static readonly FrequencyRule Frequency = new(3, TimeSpan.FromSeconds(60), Types, FraudAction.Flag);

    private static readonly LargeAmountRule Large = new(
        10_000, new Dictionary<string, decimal> { ["NGN"] = 5_000_000, ["JPY"] = 1_000 }, Types, FraudAction.Hold);

    private static readonly FraudRules Rules = new([Frequency, Large]);

    /// <summary>Withdrawals with their pauses, and an order in which they come, with repeats.</summary>
    private static readonly Gen<(int[] Pauses, int[] Order)> Arrivals =
        from count in Gen.Choose(1, 25)
        from pauses in Gen.Choose(0, 40).ArrayOf(count)
        from repeats in Gen.Choose(0, count - 1).ArrayOf(count)
        from order in Gen.Shuffle(Enumerable.Range(0, count).Concat(repeats))
        select (pauses, order);

    [Theory]
    [InlineData(new[] { 0, 10, 20 }, new[] { 2 })]
    [InlineData(new[] { 0, 10 }, new int[0])]
    [InlineData(new[] { 0, 30, 60 }, new int[0])]
    [InlineData(new[] { 0, 30, 59 }, new[] { 2 })]
    [InlineData(new[] { 0, 0, 0 }, new[] { 2 })]
    [InlineData(new[] { 0, 10, 20, 30, 100, 101 }, new[] { 2, 3 })]
    [InlineData(new[] { 0, 10, 65, 69, 70 }, new[] { 3, 4 })]
    public void Frequency_fires_at_the_last_of_too_many_and_at_each_further_one(int[] seconds, int[] fires)
    {
        var entries = seconds.Select((second, i) => At(i + 1, second)).ToList();
        Assert.Equal(fires, Enumerable.Range(0, entries.Count).Where(i => Frequency.Find(entries, i, Usd) is not null));
        foreach (var index in fires)
        {
            Assert.Equal(entries[(index - 2)..(index + 1)], Frequency.Find(entries, index, Usd));
        }
    }

    [Fact]
    public void Frequency_counts_only_its_types()
    {
        List<Withdrawal> entries = [At(1, 0), At(2, 1) with { Type = "CAPTURE" }, At(3, 2) with { Type = "TRANSFER_OUT" }, At(4, 3)];
        Assert.Null(Frequency.Find(entries, 2, Usd));
        Assert.Equal([1, 3, 4], Frequency.Find(entries, 3, Usd)!.Select(entry => entry.Version));
    }

    [Theory]
    [InlineData("USD", 999_999, false)]
    [InlineData("USD", 1_000_000, true)]
    [InlineData("NGN", 499_999_999, false)]
    [InlineData("NGN", 500_000_000, true)]
    [InlineData("JPY", 999, false)]
    [InlineData("JPY", 1_000, true)]
    [InlineData("BHD", 9_999_999, false)]
    [InlineData("BHD", 10_000_000, true)]
    public void A_large_amount_is_the_threshold_of_its_currency_or_more(string currency, long minor, bool fires) =>
        Assert.Equal(fires, Large.Find([At(1, 0) with { AmountMinor = minor }], 0, Currency.Parse(currency)) is not null);

    [Fact]
    public void In_whatever_order_and_however_often_entries_come_the_same_is_found() => Law.Holds(Arrivals, arrivals =>
    {
        var seconds = 0;
        var entries = arrivals.Pauses.Select((pause, i) => At(i + 1, seconds += pause)).ToList();
        var found = new HashSet<string>();
        var window = Withdrawals.None;
        foreach (var index in arrivals.Order)
        {
            window = window.With(entries[index]);
            found.UnionWith(Rules.Find(window, entries[index], Usd).Select(Shown));
        }

        Assert.Equal(entries, window.Ordered);

        // What is found at the end about each entry is what looking at all of them finds; what was found on the way is part of it or had other
        // evidence, never another trigger.
        var expected = Enumerable.Range(0, entries.Count).Where(i => Naive(entries, i)).Select(i => (long)i + 1).ToHashSet();
        Assert.Equal(expected, found.Select(shown => long.Parse(shown.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)).ToHashSet());
    });

    [Fact]
    public void What_no_window_reaches_any_more_is_not_missed() => Law.Holds(Arrivals, arrivals =>
    {
        var seconds = 0;
        var entries = arrivals.Pauses.Select((pause, i) => At(i + 1, seconds += pause) with { Type = pause % 3 == 0 ? "TRANSFER_OUT" : "WITHDRAW" }).ToList();
        var rules = new FraudRules([
            new FrequencyRule(3, TimeSpan.FromSeconds(60), new HashSet<string> { "WITHDRAW" }, FraudAction.Flag),
            new FrequencyRule(2, TimeSpan.FromSeconds(90), new HashSet<string> { "TRANSFER_OUT" }, FraudAction.Flag),
            Large]);
        var (whole, kept) = (Withdrawals.None, Withdrawals.None);
        foreach (var entry in entries)
        {
            (whole, kept) = (whole.With(entry), kept.With(entry));
            Assert.Equal(rules.Find(whole, entry, Usd).Select(Shown), rules.Find(kept, entry, Usd).Select(Shown));
            kept = rules.Keep(kept);
            Assert.InRange(kept.Ordered.Count, 1, rules.All.Sum(rule => rule.Reach));
        }
    });

    private static Withdrawal At(int version, int second) => new(version, new Guid(version, 0, 0, new byte[8]), "WITHDRAW", 500, Samples.Now.AddSeconds(second));

    private static bool Naive(List<Withdrawal> entries, int index) =>
        entries.Take(index + 1).Count(entry => (entries[index].At - entry.At).TotalSeconds < 60) >= 3;

    private static string Shown(FraudFinding finding) => $"{finding.Rule} {finding.Trigger.Version} {string.Join(',', finding.Evidence.Select(entry => entry.Version))}";
}
