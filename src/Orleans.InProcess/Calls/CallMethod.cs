using System.Reflection;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>What the runtime knows of one interface method: read once, shared by all its calls.</summary>
internal sealed class CallMethod
{
    public CallMethod(MethodInfo method, Type interfaceType)
    {
        Info = method;
        InterfaceType = interfaceType;
        OneWay = method.ReturnType == typeof(void) || method.IsDefined(typeof(OneWayAttribute));
        ReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        AlwaysInterleave = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        ResponseTimeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        IsCancellable = Array.Exists(method.GetParameters(), parameter => parameter.ParameterType == typeof(CancellationToken));
        InterfaceName = interfaceType.FullName ?? interfaceType.Name;
        InterfaceId = GrainInterfaceType.Create(InterfaceName);
    }

    public MethodInfo Info { get; }

    public Type InterfaceType { get; }

    public string InterfaceName { get; }

    public GrainInterfaceType InterfaceId { get; }

    public string Name => Info.Name;

    public bool OneWay { get; }

    public bool ReadOnly { get; }

    public bool AlwaysInterleave { get; init; }

    public bool IsCancellable { get; }

    public TimeSpan? ResponseTimeout { get; }

    /// <summary>Whether the call counts as use of the grain. Timer ticks do not, unless they ask for it.</summary>
    public bool KeepsAlive { get; init; } = true;

    /// <summary>Whether the call is meant for this very activation: dropped, not forwarded, when it ends.</summary>
    public bool LocalOnly { get; init; }

    /// <summary>Whether call filters see it. The runtime's own calls are hidden from them.</summary>
    public bool Filtered { get; init; } = true;

    public override string ToString() => $"{InterfaceName}.{Name}";

    /// <summary>Describes a call that the runtime itself makes.</summary>
    public static CallMethod Of(Type interfaceType, string method) =>
        new(MethodOf(interfaceType, method), interfaceType);

    /// <inheritdoc cref="Of(Type, string)"/>
    public static CallMethod Internal(Type interfaceType, string method, bool localOnly = false, bool interleave = false, bool keepsAlive = true) =>
        new(MethodOf(interfaceType, method), interfaceType)
        {
            Filtered = false,
            LocalOnly = localOnly,
            AlwaysInterleave = interleave,
            KeepsAlive = keepsAlive,
        };

    private static MethodInfo MethodOf(Type interfaceType, string method) =>
        interfaceType.GetMethod(method) ?? throw new MissingMethodException(interfaceType.FullName, method);
}
