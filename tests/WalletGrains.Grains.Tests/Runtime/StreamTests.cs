using Orleans.Streams;
using Xunit;

namespace WalletGrains.Grains.Tests.Runtime;

public sealed class StreamTests(ActorFixture fixture)
{
    private readonly IClusterClient _client = fixture.Client;
    private readonly string _play = Stage.NewPlay();

    private IPublisherGrain Publisher => _client.GetGrain<IPublisherGrain>(_play);

    private IExplicitSubscriberGrain Subscriber => _client.GetGrain<IExplicitSubscriberGrain>(_play);

    [Fact]
    public async Task An_implicit_subscriber_gets_the_events_of_its_key_in_order_and_one_at_a_time()
    {
        var texts = Enumerable.Range(0, 50).Select(i => $"{i}").ToArray();
        await Publisher.Publish(ImplicitSubscriberGrain.Namespace, _play, texts);

        Assert.Equal(texts, await Stage.Lines(_play, texts.Length));
    }

    [Fact]
    public async Task An_implicit_subscriber_gets_events_after_its_activation_has_ended()
    {
        await Publisher.Publish(ImplicitSubscriberGrain.Namespace, _play, ["before"]);
        await Stage.Lines(_play, 1);
        await _client.GetGrain<IImplicitSubscriberGrain>(_play).Leave();
        await Publisher.Publish(ImplicitSubscriberGrain.Namespace, _play, ["after"]);

        Assert.Equal(["before", "after"], await Stage.Lines(_play, 2));
    }

    [Fact]
    public async Task An_event_whose_handler_fails_is_delivered_again_before_the_next_one()
    {
        await Publisher.Publish(ImplicitSubscriberGrain.Namespace, _play, ["fails once", "next"]);

        Assert.Equal(["fails once", "fails once", "next"], await Stage.Lines(_play, 3));
    }

    [Fact]
    public async Task An_explicit_subscriber_gets_events_until_it_unsubscribes()
    {
        await Subscriber.Subscribe("explicit", _play);
        Assert.Equal(1, await Subscriber.Subscriptions("explicit", _play));
        await Publisher.Publish("explicit", _play, ["one", "two"]);
        Assert.Equal(["one", "two"], await Stage.Lines(_play, 2));

        await Subscriber.Unsubscribe("explicit", _play);
        Assert.Equal(0, await Subscriber.Subscriptions("explicit", _play));
        await Publisher.Publish("explicit", _play, ["three"]);
        await Publisher.Publish(ImplicitSubscriberGrain.Namespace, $"{_play}-clock", ["tick"]);
        await Stage.Lines($"{_play}-clock", 1);
        Assert.Equal(["one", "two"], Stage.Lines(_play));
    }

    [Fact]
    public async Task Events_of_other_keys_and_namespaces_are_not_delivered()
    {
        await Subscriber.Subscribe("explicit", _play);
        await Publisher.Publish("explicit", $"{_play}-other", ["other key"]);
        await Publisher.Publish("other", _play, ["other namespace"]);
        await Publisher.Publish("explicit", _play, ["mine"]);

        Assert.Equal(["mine"], await Stage.Lines(_play, 1));
    }

    [Fact]
    public async Task A_client_publishes_and_subscribes_too()
    {
        var stream = _client.GetStreamProvider(Providers.Streams).GetStream<Happening>("client", _play);
        var handle = await stream.SubscribeAsync((item, _) =>
        {
            Stage.Write(_play, item.Text);
            return Task.CompletedTask;
        });
        await stream.OnNextAsync(new Happening("one"));
        await stream.OnNextAsync(new Happening("two"));

        Assert.Equal(["one", "two"], await Stage.Lines(_play, 2));
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public void An_unknown_provider_is_refused() =>
        Assert.Throws<KeyNotFoundException>(() => _client.GetStreamProvider("no such provider"));
}
