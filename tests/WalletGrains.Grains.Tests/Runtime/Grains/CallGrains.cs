using Orleans.Concurrency;

namespace WalletGrains.Grains.Tests.Runtime;

[GenerateSerializer, Immutable]
public sealed record Parcel([property: Id(0)] string Text, [property: Id(1)] decimal Weight, [property: Id(2)] Parcel? Inner);

public interface ICallGrain : IGrainWithStringKey
{
    Task<string> Key();

    Task<long> Add(int a, long b);

    ValueTask<Parcel> Wrap(Parcel inner, decimal weight);

    ValueTask Nothing();

    Task<string?> Null();

    Task ThrowAfterAwait(string message);

    Task ThrowAtOnce(string message);

    [ResponseTimeout("00:00:01")]
    Task WaitFor(string play, string cue);

    [OneWay]
    Task Tell(string play, string line);

    Task<string?> Context(string key);

    Task<string?> ContextOfNext(string next, string key);

    Task ChangeContext(string key, string value);

    Task WaitForCancellation(string play, CancellationToken cancellationToken);

    Task<string> KeyOf(ICallGrain other);

}

public class CallGrain : Grain, ICallGrain
{
    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public Task<long> Add(int a, long b) => Task.FromResult(a + b);

    public ValueTask<Parcel> Wrap(Parcel inner, decimal weight) => ValueTask.FromResult(new Parcel("wrapped", weight, inner));

    public ValueTask Nothing() => ValueTask.CompletedTask;

    public Task<string?> Null() => Task.FromResult<string?>(null);

    public async Task ThrowAfterAwait(string message)
    {
        await Task.Yield();
        throw new InvalidOperationException(message);
    }

    public Task ThrowAtOnce(string message) => throw new ArgumentOutOfRangeException(nameof(message), message);

    public async Task WaitFor(string play, string cue)
    {
        Stage.Give(play, "waiting");
        await Stage.Await(play, cue);
    }

    public Task Tell(string play, string line)
    {
        Stage.Write(play, line);
        throw new InvalidOperationException("Nobody hears of this.");
    }

    public Task<string?> Context(string key) => Task.FromResult((string?)RequestContext.Get(key));

    public Task<string?> ContextOfNext(string next, string key) => GrainFactory.GetGrain<ICallGrain>(next).Context(key);

    public Task ChangeContext(string key, string value)
    {
        RequestContext.Set(key, value);
        return Task.CompletedTask;
    }

    public async Task WaitForCancellation(string play, CancellationToken cancellationToken)
    {
        Stage.Give(play, "waiting");
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(() => cancelled.SetResult());
        await cancelled.Task;
        Stage.Give(play, "cancelled");
    }

    public Task<string> KeyOf(ICallGrain other) => other.Key();

}

public interface IGuidKeyGrain : IGrainWithGuidKey
{
    Task<Guid> Key();
}

public class GuidKeyGrain : Grain, IGuidKeyGrain
{
    public Task<Guid> Key() => Task.FromResult(this.GetPrimaryKey());
}

public interface IIntegerKeyGrain : IGrainWithIntegerKey
{
    Task<long> Key();
}

public class IntegerKeyGrain : Grain, IIntegerKeyGrain
{
    public Task<long> Key() => Task.FromResult(this.GetPrimaryKeyLong());
}
