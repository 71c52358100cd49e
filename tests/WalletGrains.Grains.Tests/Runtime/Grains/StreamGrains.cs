using Orleans.Streams;
using Orleans.Streams.Core;

namespace WalletGrains.Grains.Tests.Runtime;

[GenerateSerializer, Immutable]
public sealed record Happening([property: Id(0)] string Text);

public interface IPublisherGrain : IGrainWithStringKey
{
    /// <summary>Publishes the texts in order, each when the one before has been taken.</summary>
    Task Publish(string ns, string stream, string[] texts);
}

public class PublisherGrain : Grain, IPublisherGrain
{
    public async Task Publish(string ns, string stream, string[] texts)
    {
        var target = this.GetStreamProvider(Providers.Streams).GetStream<Happening>(StreamId.Create(ns, stream));
        foreach (var text in texts)
            await target.OnNextAsync(new Happening(text));
    }
}

public interface IImplicitSubscriberGrain : IGrainWithStringKey
{
    Task Leave();
}

/// <summary>Writes the events of the stream of its key to the play of the same name; the first "fails once" fails.</summary>
[ImplicitStreamSubscription(Namespace)]
public class ImplicitSubscriberGrain : Grain, IImplicitSubscriberGrain, IStreamSubscriptionObserver, IAsyncObserver<Happening>
{
    public const string Namespace = "implicit";

    private bool _handling;

    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        await handleFactory.Create<Happening>().ResumeAsync(this);

    public async Task OnNextAsync(Happening item, StreamSequenceToken? token = null)
    {
        var play = this.GetPrimaryKeyString();
        if (_handling)
            Stage.Write(play, "interleaved");

        _handling = true;
        await Task.Yield();
        _handling = false;
        Stage.Write(play, item.Text);
        if (item.Text == "fails once" && Stage.Lines(play).Count(line => line == item.Text) == 1)
            throw new InvalidOperationException("Deliver it again.");
    }

    public Task OnErrorAsync(Exception ex)
    {
        Stage.Write(this.GetPrimaryKeyString(), ex.GetType().Name);
        return Task.CompletedTask;
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface IExplicitSubscriberGrain : IGrainWithStringKey
{
    Task Subscribe(string ns, string stream);

    Task<int> Subscriptions(string ns, string stream);

    Task Unsubscribe(string ns, string stream);
}

/// <summary>Writes the events that it gets to the play that is its key.</summary>
public class ExplicitSubscriberGrain : Grain, IExplicitSubscriberGrain
{
    public async Task Subscribe(string ns, string stream) =>
        await StreamOf(ns, stream).SubscribeAsync((item, _) =>
        {
            Stage.Write(this.GetPrimaryKeyString(), item.Text);
            return Task.CompletedTask;
        });

    public async Task<int> Subscriptions(string ns, string stream) => (await StreamOf(ns, stream).GetAllSubscriptionHandles()).Count;

    public async Task Unsubscribe(string ns, string stream)
    {
        foreach (var handle in await StreamOf(ns, stream).GetAllSubscriptionHandles())
            await handle.UnsubscribeAsync();
    }

    private IAsyncStream<Happening> StreamOf(string ns, string stream) =>
        this.GetStreamProvider(Providers.Streams).GetStream<Happening>(StreamId.Create(ns, stream));
}

public interface IPoisonedGrain : IGrainWithStringKey;

/// <summary>Fails at every "poison", and at "wait" waits for the cue <c>go</c>.</summary>
[ImplicitStreamSubscription(Namespace)]
public class PoisonedGrain : Grain, IPoisonedGrain, IStreamSubscriptionObserver, IAsyncObserver<Happening>
{
    public const string Namespace = "poisoned";

    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        await handleFactory.Create<Happening>().ResumeAsync(this);

    public async Task OnNextAsync(Happening item, StreamSequenceToken? token = null)
    {
        var play = this.GetPrimaryKeyString();
        Stage.Write(play, item.Text);
        if (item.Text == "poison")
            throw new InvalidOperationException("Always.");

        if (item.Text == "wait")
        {
            Stage.Give(play, "waiting");
            await Stage.Await(play, "go");
        }
    }

    public Task OnErrorAsync(Exception ex)
    {
        Stage.Write(this.GetPrimaryKeyString(), ex.GetType().Name);
        return Task.CompletedTask;
    }
}
