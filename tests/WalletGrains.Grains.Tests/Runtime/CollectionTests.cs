using Xunit;

namespace WalletGrains.Grains.Tests.Runtime;

/// <summary>Ends the activations of other tests, too, so it runs when they are done.</summary>
[Collection(nameof(CollectionTests))]
[CollectionDefinition(nameof(CollectionTests), DisableParallelization = true)]
public sealed class CollectionTests(ActorFixture fixture)
{
    private readonly IClusterClient _client = fixture.Client;

    [Fact]
    public async Task An_idle_activation_is_collected()
    {
        var play = Stage.NewPlay();
        var grain = _client.GetGrain<ILifecycleGrain>(play);
        var before = await grain.Incarnation();
        await _client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

        Assert.Equal([$"{DeactivationReasonCode.ActivationIdle}"], await Stage.Lines(play, 1));
        Assert.NotEqual(before, await grain.Incarnation());
    }
}
