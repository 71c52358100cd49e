using Microsoft.Extensions.Configuration;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;
using Xunit;

namespace WalletGrains.Grains.Tests.Jobs;

/// <summary>Policies as they are configured. What is wrong with them ends the start, with the name of the setting.</summary>
public sealed class JobKindsTests
{
    private static readonly ScriptedHandler Work = new ScriptedHandler("work", new JobPolicy { Concurrency = 7, RatePerSecond = 2 });
    private static readonly ScriptedHandler Sharing = new ScriptedHandler("sharing", new JobPolicy { SharesRateOf = "work" });
    private static readonly ScriptedHandler Sweep = new ScriptedHandler("sweep", JobPolicy.Recurring(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)));

    [Fact]
    public void The_configuration_replaces_what_it_names_and_leaves_the_rest()
    {
        var kinds = Read(("Jobs:Kinds:work:RatePerSecond", "0.5"), ("Jobs:Kinds:work:Timeout", "00:00:05"), ("Jobs:Kinds:sweep:Every", "00:05:00"));
        Assert.Equal(new JobPolicy { Concurrency = 7, RatePerSecond = 0.5, Timeout = TimeSpan.FromSeconds(5) }, kinds.Find("work")!.Policy);
        Assert.Equal(Sweep.Policy with { Every = TimeSpan.FromMinutes(5) }, kinds.Find("sweep")!.Policy);
        Assert.Null(kinds.Find("other"));
        Assert.Equal(7, Work.Policy.Concurrency);
    }

    [Fact]
    public void A_kind_that_shares_the_rate_of_another_has_that_as_it_is_configured()
    {
        var kinds = new JobKinds([Sharing, Work], Configuration(("Jobs:Kinds:work:RatePerSecond", "0.5"), ("Jobs:Kinds:work:Burst", "3")));
        Assert.Equal(Sharing.Policy with { RatePerSecond = 0.5, Burst = 3 }, kinds.Find("sharing")!.Policy);
        Assert.Equal(new JobRate(0.5, 3, BucketOf: "work"), kinds.Find("sharing")!.Policy.Rate);
    }

    [Fact]
    public void A_rate_is_shared_with_a_kind_that_has_one_of_its_own()
    {
        var unlimited = new ScriptedHandler("work", new JobPolicy());
        foreach (var handlers in (IJobHandler[][])[[Sharing], [Sharing, unlimited], [Sharing, new ScriptedHandler("work", Sharing.Policy)]])
        {
            Assert.Equal(
                "Jobs:Kinds:sharing:SharesRateOf is work; it must be a kind of jobs with a rate of its own.",
                Assert.Throws<ArgumentException>(() => new JobKinds(handlers)).Message);
        }
    }

    [Theory]
    [InlineData("RatePerSecond", "9")]
    [InlineData("Burst", "1")]
    [InlineData("Reserved", "0")]
    public void A_kind_that_shares_a_rate_has_nothing_of_it_to_set(string name, string value) => Assert.Equal(
        $"Jobs:Kinds:sharing:{name} is {value}; it is that of work.",
        Assert.Throws<ArgumentException>(() => new JobKinds([Sharing, Work], Configuration(($"Jobs:Kinds:sharing:{name}", value)))).Message);

    [Theory]
    [InlineData("Jobs:Kinds:work:Concurrency", "0", "it must be between 1 and 201")]
    [InlineData("Jobs:Kinds:work:RatePerSecond", "0", "it must be between 0.001 and 10000")]
    [InlineData("Jobs:Kinds:work:RatePerSecond", "NaN", "it must be between 0.001 and 10000")]
    [InlineData("Jobs:Kinds:work:Burst", "-1", "it must be between 1 and 10000")]
    [InlineData("Jobs:Kinds:work:Reserved", "1", "it must be 0 or more and below Burst (1)")]
    [InlineData("Jobs:Kinds:work:MaxAttempts", "0", "it must be between 1 and 1000")]
    [InlineData("Jobs:Kinds:work:FirstBackoff", "00:00:00", "it must be above 0 and at most a day")]
    [InlineData("Jobs:Kinds:work:MaxBackoff", "00:00:00.5", "it must be between FirstBackoff (00:00:01) and a day")]
    [InlineData("Jobs:Kinds:work:Timeout", "1.00:00:00", "it must be above 0 and at most 12 hours")]
    [InlineData("Jobs:Kinds:sweep:Every", "-00:01:00", "it must be above 0 and at most 31 days")]
    [InlineData("Jobs:Kinds:sweep:MaxAttempts", "3", "a recurring kind gives no job up")]
    public void A_value_that_means_nothing_is_refused_with_the_name_of_its_setting(string setting, string value, string rule)
    {
        var error = Assert.Throws<ArgumentException>(() => Read((setting, value)));
        Assert.StartsWith($"{setting} is ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"; {rule}.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Jobs:Kinds:wrok:Concurrency", "1", "Jobs:Kinds:wrok names no kind of jobs; there are sweep, work.")]
    [InlineData("Jobs:Kinds:work:Concurency", "1", "Concurency")]
    [InlineData("Jobs:Kinds:work:Timeout", "soon", "Timeout")]
    public void A_name_or_a_value_that_cannot_be_read_is_refused(string setting, string value, string named) =>
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => Read((setting, value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Jobs:KeepFinished", "00:00:01", "Jobs:KeepFinished is 00:00:01; it must be between a minute and ten years.")]
    [InlineData("Jobs:Lease", "00:00:01", "Jobs:Lease is 00:00:01; it must be between 3 seconds and an hour.")]
    [InlineData("Jobs:Lease", "long", "Lease")]
    public void What_holds_for_all_kinds_is_checked_as_well(string setting, string value, string named) =>
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => JobOptions.Read(Configuration((setting, value)))).Message, StringComparison.Ordinal);

    private static JobKinds Read(params (string Setting, string Value)[] settings) => new([Work, Sweep], Configuration(settings));

    private static IConfiguration Configuration(params (string Setting, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Setting, setting.Value)))
        .Build();
}
