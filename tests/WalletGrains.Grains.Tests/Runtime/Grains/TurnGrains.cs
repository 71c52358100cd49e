using Orleans.Concurrency;

namespace WalletGrains.Grains.Tests.Runtime;

public interface ITurnGrain : IGrainWithGuidKey
{
    /// <summary>Gives the cue <c>name:started</c>, waits for <c>name:go</c> and then for its end.</summary>
    Task Perform(string play, string name);

    [AlwaysInterleave]
    Task PerformBeside(string play, string name);

    [ReadOnly]
    Task Look(string play, string name);

    Task Note(string play, string line);

    Task<int> IncrementAcrossAwaits();

    Task<bool> ComesBackAfterAwaits();

    Task<bool> TaskRunEscapes();
}

public interface IReentrantTurnGrain : ITurnGrain;

public class TurnGrain : Grain, ITurnGrain
{
    private int _count;

    public async Task Perform(string play, string name)
    {
        Stage.Write(play, $"{name} starts");
        Stage.Give(play, $"{name}:started");
        await Stage.Await(play, $"{name}:go");
        Stage.Write(play, $"{name} ends");
    }

    public Task PerformBeside(string play, string name) => Perform(play, name);

    public Task Look(string play, string name) => Perform(play, name);

    public Task Note(string play, string line)
    {
        Stage.Write(play, line);
        return Task.CompletedTask;
    }

    public async Task<int> IncrementAcrossAwaits()
    {
        await Task.Yield();
        var before = _count;
        Thread.SpinWait(50);
        _count = before + 1;
        await Task.Run(() => Thread.SpinWait(10));
        before = _count;
        Thread.SpinWait(50);
        _count = before + 1;
        return _count;
    }

    public async Task<bool> ComesBackAfterAwaits()
    {
        var mine = TaskScheduler.Current;
        await Task.Yield();
        var afterYield = TaskScheduler.Current;
        await Task.Run(() => Thread.SpinWait(10));
        var afterRun = TaskScheduler.Current;
        return mine != TaskScheduler.Default && afterYield == mine && afterRun == mine;
    }

    public async Task<bool> TaskRunEscapes() => await Task.Run(() => TaskScheduler.Current) == TaskScheduler.Default;
}

[Reentrant]
public class ReentrantTurnGrain : TurnGrain, IReentrantTurnGrain;

public interface IWorkerGrain : IGrainWithIntegerKey
{
    Task Perform(string play, string name);
}

[StatelessWorker(2)]
public class WorkerGrain : Grain, IWorkerGrain
{
    public async Task Perform(string play, string name)
    {
        Stage.Write(play, $"{name} starts");
        Stage.Give(play, $"{name}:started");
        await Stage.Await(play, $"{name}:go");
    }
}

public interface IChainGrain : IGrainWithStringKey
{
    /// <summary>Calls the other grain, which calls this one again.</summary>
    [ResponseTimeout("00:00:02")]
    Task CallAndBeCalledBack(string other);

    [ResponseTimeout("00:00:01")]
    Task CallBack(string caller);

    Task Answer();
}

public class ChainGrain : Grain, IChainGrain
{
    public Task CallAndBeCalledBack(string other) =>
        GrainFactory.GetGrain<IChainGrain>(other).CallBack(this.GetPrimaryKeyString());

    public Task CallBack(string caller) => GrainFactory.GetGrain<IChainGrain>(caller).Answer();

    public Task Answer() => Task.CompletedTask;
}
