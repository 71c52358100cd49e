using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>What the runtime knows of one grain class, read once at start.</summary>
internal sealed class GrainClass
{
    private readonly ConstructorInvoker _constructor;
    private readonly Func<Activation, object?>[] _arguments;

    public GrainClass(Type type, InProcessSiloOptions options)
    {
        Type = type;
        GrainType = type.GetCustomAttribute<GrainTypeAttribute>()?.GrainType ?? GrainType.Create(NameOf(type));
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute));
        MaxLocalWorkers = type.GetCustomAttribute<StatelessWorkerAttribute>() is { } worker ? worker.MaxLocalWorkers ?? options.DefaultMaxLocalWorkers : 0;
        CollectionAge = type.IsDefined(typeof(KeepAliveAttribute))
            ? TimeSpan.MaxValue
            : type.GetCustomAttribute<CollectionAgeLimitAttribute>()?.AgeLimit ?? options.CollectionAge;
        Subscriptions = [.. type.GetCustomAttributes<ImplicitStreamSubscriptionAttribute>(inherit: true)];

        var constructor = ConstructorOf(type);
        _constructor = ConstructorInvoker.Create(constructor);
        _arguments = Array.ConvertAll(constructor.GetParameters(), ArgumentFor);
    }

    public Type Type { get; }

    public GrainType GrainType { get; }

    public bool IsReentrant { get; }

    /// <summary>How many activations with one key may work side by side; zero for ordinary grains.</summary>
    public int MaxLocalWorkers { get; }

    public TimeSpan CollectionAge { get; }

    public IReadOnlyList<ImplicitStreamSubscriptionAttribute> Subscriptions { get; }

    /// <summary>Makes the grain object. To be called in a turn of the activation, where the base class finds its context.</summary>
    public object Create(Activation activation) =>
        _constructor.Invoke(Array.ConvertAll(_arguments, argument => argument(activation)).AsSpan());

    private static string NameOf(Type type)
    {
        var name = type.Name.ToLowerInvariant();
        const string Suffix = "grain";
        return name.Length > Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;
    }

    private static ConstructorInfo ConstructorOf(Type type)
    {
        var constructors = type.GetConstructors();
        return constructors.FirstOrDefault(constructor => constructor.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
            ?? constructors.MaxBy(constructor => constructor.GetParameters().Length)
            ?? throw new OrleansConfigurationException($"The grain class {type} has no public constructor.");
    }

    private static Func<Activation, object?> ArgumentFor(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is { } state)
            return PersistentStateFactory.For(parameter, state);

        if (type == typeof(IGrainContext))
            return activation => activation;

        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
            return activation => activation.ActivationServices.GetRequiredKeyedService(type, keyed.Key);

        return parameter.HasDefaultValue
            ? activation => activation.ActivationServices.GetService(type) ?? parameter.DefaultValue
            : activation => activation.ActivationServices.GetRequiredService(type);
    }
}

/// <summary>The grain classes of a silo, found in the given assemblies.</summary>
internal sealed class GrainClasses
{
    private readonly Dictionary<GrainType, GrainClass> _byType = [];
    private readonly ILookup<Type, GrainClass> _byInterface;

    public GrainClasses(InProcessSiloOptions options)
    {
        var types = options.GrainAssemblies
            .Append(typeof(GrainClasses).Assembly)
            .Distinct()
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && typeof(IGrainBase).IsAssignableFrom(type));

        foreach (var type in types)
        {
            var grainClass = new GrainClass(type, options);
            if (!_byType.TryAdd(grainClass.GrainType, grainClass))
            {
                throw new OrleansConfigurationException(
                    $"The grain classes {type} and {_byType[grainClass.GrainType].Type} have the same grain type {grainClass.GrainType}; give one a [GrainType].");
            }
        }

        _byInterface = _byType.Values
            .SelectMany(grainClass => grainClass.Type.GetInterfaces().Select(type => (type, grainClass)))
            .ToLookup(pair => pair.type, pair => pair.grainClass);
    }

    public int Count => _byType.Count;

    public IEnumerable<GrainClass> All => _byType.Values;

    public GrainClass? Find(GrainType type) => _byType.GetValueOrDefault(type);

    /// <summary>The grain type of the only class with this interface; if several have it, of the one named after it; else null.</summary>
    public GrainType? TypeFor(Type interfaceType)
    {
        var classes = _byInterface[interfaceType].ToList();
        if (classes.Count == 1)
            return classes[0].GrainType;

        var name = interfaceType.Name.StartsWith('I') ? interfaceType.Name[1..] : interfaceType.Name;
        return classes.Find(grainClass => grainClass.Type.Name == name)?.GrainType;
    }

    /// <summary>The grain type of the only class with this interface whose full name starts with the prefix.</summary>
    public GrainType? TypeFor(Type interfaceType, string prefix)
    {
        var classes = _byInterface[interfaceType]
            .Where(grainClass => grainClass.Type.FullName!.StartsWith(prefix, StringComparison.Ordinal))
            .ToList();
        return classes.Count == 1 ? classes[0].GrainType : null;
    }
}
