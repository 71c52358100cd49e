using Orleans.Runtime;

namespace Orleans;

/// <summary>The base class of grains: a single-threaded object with an identity, created on its first call.</summary>
/// <remarks>
/// Differs from Orleans: there is no migration and no <c>Grain&lt;TState&gt;</c>; state is injected as
/// <see cref="IPersistentState{TState}"/>. A grain made outside the runtime has no context and can only be used as a plain object.
/// </remarks>
public abstract class Grain : IGrainBase, IAddressable
{
    protected Grain()
        : this(RuntimeContext.Current!)
    {
    }

    protected Grain(IGrainContext grainContext) => GrainContext = grainContext;

    public IGrainContext GrainContext { get; }

    public GrainReference GrainReference => GrainContext.GrainReference;

    public string IdentityString => GrainContext.GrainId.ToString();

    /// <summary>The silo that this activation lives on.</summary>
    public string RuntimeIdentity => RuntimeContext.ActivationOf(this).Silo.Address.ToString();

    protected IGrainFactory GrainFactory => RuntimeContext.ActivationOf(this).Silo.GrainFactory;

    protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

    /// <inheritdoc cref="IGrainBase.OnActivateAsync"/>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc cref="IGrainBase.OnDeactivateAsync"/>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc cref="GrainBaseExtensions.DeactivateOnIdle"/>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>Keeps idle collection away from this activation for at least this long; a negative time takes the wish back.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => RuntimeContext.ActivationOf(this).DelayDeactivation(timeSpan);
}
