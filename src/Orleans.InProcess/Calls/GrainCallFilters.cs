using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans;

/// <summary>Code around every call that reaches a grain. Silo-wide filters run in order of registration, then the grain itself if it implements this.</summary>
/// <remarks>Differs from Orleans: timer ticks and stream deliveries are not filtered; reminder ticks are.</remarks>
public interface IIncomingGrainCallFilter
{
    /// <summary>Must await <see cref="IGrainCallContext.Invoke"/> to let the call go on.</summary>
    Task Invoke(IIncomingGrainCallContext context);
}

/// <summary>A filter as a delegate.</summary>
public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);

/// <summary>A call as filters see it.</summary>
/// <remarks>Differs from Orleans: there is no <c>Response</c>, just <see cref="Result"/>; there are no outgoing filters.</remarks>
public interface IGrainCallContext
{
    IInvokable Request { get; }

    object Grain { get; }

    /// <summary>The calling grain; null for clients.</summary>
    GrainId? SourceId { get; }

    GrainId TargetId { get; }

    GrainInterfaceType InterfaceType { get; }

    string InterfaceName { get; }

    string MethodName { get; }

    MethodInfo InterfaceMethod { get; }

    /// <summary>The result, once <see cref="Invoke"/> is complete. A filter may replace it.</summary>
    object? Result { get; set; }

    /// <summary>Goes on to the next filter or to the grain.</summary>
    Task Invoke();
}

/// <summary>A call on the side of the grain called.</summary>
public interface IIncomingGrainCallContext : IGrainCallContext
{
    IGrainContext TargetContext { get; }

    MethodInfo ImplementationMethod { get; }
}
