using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>A grain or observer interface in use on one silo: its methods and the maker of its references.</summary>
internal sealed class GrainInterface
{
    // Emitted code lives as long as the process, so the silos of a process share it; it knows nothing of any of them.
    private static readonly ConcurrentDictionary<Type, (CallMethod[] Methods, Func<GrainInterface, GrainId, GrainReference> Create)> Emitted = new();

    private readonly Func<GrainInterface, GrainId, GrainReference> _create;

    public GrainInterface(InProcessSilo silo, Type type, GrainType? grainType)
    {
        Silo = silo;
        Type = type;
        GrainType = grainType;
        Id = GrainInterfaceType.Create(type.FullName ?? type.Name);
        (Methods, _create) = Emitted.GetOrAdd(type, Emit);
    }

    public InProcessSilo Silo { get; }

    public Type Type { get; }

    public GrainInterfaceType Id { get; }

    public CallMethod[] Methods { get; }

    /// <summary>The grain type whose class implements the interface; null for observers and ambiguous interfaces.</summary>
    public GrainType? GrainType { get; }

    public GrainReference Refer(GrainId id) => _create(this, id);

    private static (CallMethod[] Methods, Func<GrainInterface, GrainId, GrainReference> Create) Emit(Type type)
    {
        var methods = GrainReferenceEmitter.MethodsOf(type);
        return (
            Array.ConvertAll(methods, method => new CallMethod(method, method.DeclaringType!)),
            type == typeof(IAddressable) ? static (self, id) => new GrainReference(self, id) : GrainReferenceEmitter.Emit(type, methods));
    }
}

/// <summary>The interfaces in use on one silo, made at their first use.</summary>
internal sealed class GrainInterfaces(InProcessSilo silo)
{
    private readonly ConcurrentDictionary<Type, GrainInterface> _byType = new();

    public GrainInterface Get(Type type) =>
        _byType.TryGetValue(type, out var known)
            ? known
            : _byType.GetOrAdd(type, static (type, silo) => new GrainInterface(silo, type, silo.Classes.TypeFor(type)), silo);
}
