using Orleans.Storage;

namespace WalletGrains.Grains.Tests.Runtime;

public interface ILifecycleGrain : IGrainWithStringKey
{
    /// <summary>A number that is another one in each activation.</summary>
    Task<Guid> Incarnation();

    Task<bool> WasActivatedFirst();

    Task LeaveTwice();

    /// <summary>Asks to leave and then waits for the cue <c>go</c>.</summary>
    Task<Guid> LeaveAndWait();

    Task FailWithInconsistentState();

    Task FailOtherwise();
}

/// <summary>Its key is the name of the play that it tells of its life.</summary>
public class LifecycleGrain : Grain, ILifecycleGrain
{
    private readonly Guid _incarnation = Guid.NewGuid();
    private bool _activated;

    private string Play => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        _activated = true;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Stage.Write(Play, $"{reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public Task<Guid> Incarnation() => Task.FromResult(_incarnation);

    public Task<bool> WasActivatedFirst() => Task.FromResult(_activated);

    public Task LeaveTwice()
    {
        DeactivateOnIdle();
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task<Guid> LeaveAndWait()
    {
        DeactivateOnIdle();
        Stage.Give(Play, "leaving");
        await Stage.Await(Play, "go");
        return _incarnation;
    }

    public Task FailWithInconsistentState() => throw new InconsistentStateException("Somebody else wrote.");

    public Task FailOtherwise() => throw new InvalidOperationException("An ordinary failure.");
}

public interface IFragileGrain : IGrainWithStringKey
{
    Task<string> Ping();
}

/// <summary>Cannot be activated until the cue <c>healed</c> of the play that is its key.</summary>
public class FragileGrain : Grain, IFragileGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        Stage.HasHappened(this.GetPrimaryKeyString(), "healed")
            ? Task.CompletedTask
            : throw new NotSupportedException("Not yet.");

    public Task<string> Ping() => Task.FromResult("pong");
}

public interface IStatefulGrain : IGrainWithStringKey
{
    Task<int> Add(int amount);

    Task<(int Total, bool Exists)> Read();

    Task Clear();

    Task Leave();
}

[GenerateSerializer]
public sealed class Total
{
    [Id(0)]
    public int Value { get; set; }
}

public class StatefulGrain([PersistentState("total", Providers.Storage)] IPersistentState<Total> total) : Grain, IStatefulGrain
{
    public async Task<int> Add(int amount)
    {
        total.State.Value += amount;
        await total.WriteStateAsync();
        return total.State.Value;
    }

    public Task<(int Total, bool Exists)> Read() => Task.FromResult((total.State.Value, total.RecordExists));

    public Task Clear() => total.ClearStateAsync();

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
