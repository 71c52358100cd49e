using System.Runtime.CompilerServices;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>Makes references through one silo. It is the cluster client of this process, too.</summary>
internal sealed class GrainFactory(InProcessSilo silo) : IClusterClient
{
    // Client objects are held weakly, as their owners decide how long they listen.
    private readonly ConditionalWeakTable<object, List<ObserverTarget>> _observers = [];

    public IServiceProvider ServiceProvider => silo.Services;

    /// <summary>The silo that client code without a grain of its own calls from.</summary>
    public InProcessSilo Silo => silo;

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey =>
        (TGrainInterface)(object)Refer(typeof(TGrainInterface), GrainIdKeyExtensions.CreateGuidKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey =>
        (TGrainInterface)(object)Refer(typeof(TGrainInterface), GrainIdKeyExtensions.CreateIntegerKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        return (TGrainInterface)(object)Refer(typeof(TGrainInterface), IdSpan.Create(primaryKey), grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable =>
        (TGrainInterface)(object)silo.Interfaces.Get(typeof(TGrainInterface)).Refer(grainId);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) =>
        (IGrain)Refer(grainInterfaceType, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey), null);

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) =>
        (IGrain)Refer(grainInterfaceType, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey), null);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(grainPrimaryKey);
        return (IGrain)Refer(grainInterfaceType, IdSpan.Create(grainPrimaryKey), null);
    }

    public IAddressable GetGrain(GrainId grainId) => silo.Interfaces.Get(typeof(IAddressable)).Refer(grainId);

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        ArgumentNullException.ThrowIfNull(obj);
        if (obj is GrainReference)
            throw new ArgumentException("The object is itself a reference.", nameof(obj));

        var target = new ObserverTarget(silo, obj);
        silo.Directory.Add(target.GrainId, target);
        var targets = _observers.GetOrCreateValue(obj);
        lock (targets)
            targets.Add(target);

        return GetGrain<TGrainObserverInterface>(target.GrainId);
    }

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        // Both the reference and the object that it stands for are accepted.
        if (obj is GrainReference reference)
        {
            if (silo.Directory.TryFind(reference.GrainId, out var target))
                silo.Directory.Remove(reference.GrainId, target);
        }
        else if (_observers.TryGetValue(obj, out var targets))
        {
            lock (targets)
                targets.ForEach(target => silo.Directory.Remove(target.GrainId, target));

            _observers.Remove(obj);
        }
    }

    private GrainReference Refer(Type interfaceType, IdSpan key, string? prefix)
    {
        var grainInterface = silo.Interfaces.Get(interfaceType);
        var type = prefix is null ? grainInterface.GrainType : silo.Classes.TypeFor(interfaceType, prefix);
        return type is { } grainType
            ? grainInterface.Refer(new GrainId(grainType, key))
            : throw new ArgumentException($"Could not find a single grain class for the interface {interfaceType}.");
    }
}
