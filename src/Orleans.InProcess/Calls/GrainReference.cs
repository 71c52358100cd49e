using Orleans.InProcess;

namespace Orleans.Runtime;

/// <summary>A reference to a grain or observer: its identity, and in generated subclasses the methods of one interface.</summary>
/// <remarks>Differs from Orleans: made by reflection emit when an interface is first used, not by a source generator.</remarks>
public class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private readonly GrainInterface _interface;

    internal GrainReference(GrainInterface grainInterface, GrainId grainId)
    {
        _interface = grainInterface;
        GrainId = grainId;
    }

    public GrainId GrainId { get; }

    public GrainInterfaceType InterfaceType => _interface.Id;

    public virtual string InterfaceName => _interface.Id.ToString();

    public bool Equals(GrainReference? other) => other is not null && GrainId.Equals(other.GrainId);

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => GrainId.GetHashCode();

    public sealed override string ToString() => $"GrainReference:{GrainId}:{InterfaceName}";

    public static bool operator ==(GrainReference? left, GrainReference? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(GrainReference? left, GrainReference? right) => !(left == right);

    internal GrainReference Cast(Type interfaceType) => _interface.Silo.Interfaces.Get(interfaceType).Refer(GrainId);

    /// <summary>Sends a call with a result; generated code calls this.</summary>
    internal Task<TResult> Send<TResult>(Call<TResult> call, int method)
    {
        call.Method = _interface.Methods[method];
        var silo = CallingSilo;
        if (call.Method.OneWay)
        {
            silo.Send(call, GrainId, null);
            return Task.FromResult(default(TResult)!);
        }

        var reply = new Reply<TResult>(silo.ReplyOptions);
        silo.Send(call, GrainId, reply);
        return reply.Task;
    }

    /// <summary>Sends a call without a result; generated code calls this.</summary>
    internal Task Send(ActionCall call, int method)
    {
        call.Method = _interface.Methods[method];
        var silo = CallingSilo;
        if (call.Method.OneWay)
        {
            silo.Send(call, GrainId, null);
            return Task.CompletedTask;
        }

        var reply = new Reply<object?>(silo.ReplyOptions);
        silo.Send(call, GrainId, reply);
        return reply.Task;
    }

    // A reference that came as an argument belongs to the silo of whoever calls through it now.
    private InProcessSilo CallingSilo => RuntimeContext.Current is Activation activation ? activation.Silo : _interface.Silo;
}
