using Xunit;

namespace WalletGrains.Grains.Tests.Runtime;

public sealed class FilterTests(ActorFixture fixture)
{
    private readonly IClusterClient _client = fixture.Client;

    private IFilteredGrain Grain => _client.GetGrain<IFilteredGrain>(Stage.NewPlay());

    [Fact]
    public async Task Filters_wrap_the_call_silo_wide_ones_outermost() =>
        Assert.Equal("text|grain|silo 1 text Echo FilteredGrain", await Grain.Echo("text"));

    [Fact]
    public async Task A_filter_may_translate_a_failure()
    {
        var failure = await Assert.ThrowsAsync<NotSupportedException>(() => Grain.Fail());
        Assert.Equal("Translated.", failure.Message);
    }

    [Fact]
    public async Task A_filter_may_leave_a_call_alone() => Assert.Equal("plain", await Grain.Plain());
}
