using Xunit;

namespace WalletGrains.Grains.Tests.Runtime;

public sealed class ObserverTests(ActorFixture fixture)
{
    private readonly IClusterClient _client = fixture.Client;
    private readonly string _play = Stage.NewPlay();

    private ITellerGrain Teller => _client.GetGrain<ITellerGrain>(_play);

    [Fact]
    public async Task An_observer_is_told_everything_once_in_an_order_that_nobody_may_rely_on()
    {
        var observer = new Observer(_play);
        var reference = _client.CreateObjectReference<ITestObserver>(observer);
        var lines = Enumerable.Range(0, 50).Select(i => $"{i}").ToArray();
        await Teller.Tell(reference, lines);

        Assert.Equal(lines.Order(), (await Stage.Lines(_play, lines.Length)).Order());
        GC.KeepAlive(observer);
    }

    [Fact]
    public async Task An_observer_can_be_asked()
    {
        var observer = new Observer(_play);
        var reference = _client.CreateObjectReference<ITestObserver>(observer);

        Assert.Equal(42, await Teller.Ask(reference, 21));
        GC.KeepAlive(observer);
    }

    [Fact]
    public async Task A_deleted_observer_is_not_told_any_more()
    {
        var observer = new Observer(_play);
        var other = new Observer($"{_play}-other");
        var reference = _client.CreateObjectReference<ITestObserver>(observer);
        var otherReference = _client.CreateObjectReference<ITestObserver>(other);
        _client.DeleteObjectReference<ITestObserver>(reference);
        await Teller.Tell(reference, ["lost"]);
        await Teller.Tell(otherReference, ["heard"]);
        await Stage.Lines($"{_play}-other", 1);

        Assert.Empty(Stage.Lines(_play));
        GC.KeepAlive(observer);
        GC.KeepAlive(other);
    }

    private sealed class Observer(string play) : ITestObserver
    {
        public void Told(string line) => Stage.Write(play, line);

        public Task<int> Asked(int number) => Task.FromResult(2 * number);
    }
}
