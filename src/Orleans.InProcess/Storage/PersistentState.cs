using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.InProcess;

/// <summary>A state that is read when its activation begins.</summary>
internal interface IActivationState
{
    Task ReadAsync(CancellationToken cancellationToken);
}

/// <summary>One state of one activation in one storage.</summary>
internal sealed class PersistentState<TState> : IPersistentState<TState>, IActivationState
{
    private readonly IGrainStorage _storage;
    private readonly string _name;
    private readonly GrainId _grain;
    private readonly GrainState<TState> _state = new();

    public PersistentState(Activation activation, PersistentStateAttribute attribute)
    {
        var storageName = attribute.StorageName ?? "Default";
        _storage = activation.Silo.Services.GetKeyedService<IGrainStorage>(storageName)
            ?? throw new OrleansConfigurationException($"There is no grain storage \"{storageName}\", which {activation.Class.Type} asks for.");
        _name = attribute.StateName;
        _grain = activation.GrainId;
        activation.Add(this);
    }

    public TState State
    {
        get
        {
            _state.State ??= Activator.CreateInstance<TState>();
            return _state.State;
        }
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public Task ReadStateAsync() => _storage.ReadStateAsync(_name, _grain, _state);

    public Task WriteStateAsync()
    {
        // A state that nobody has touched yet is written as an empty one, not as null.
        _ = State;
        return _storage.WriteStateAsync(_name, _grain, _state);
    }

    public Task ClearStateAsync() => _storage.ClearStateAsync(_name, _grain, _state);

    Task IActivationState.ReadAsync(CancellationToken cancellationToken) => ReadStateAsync();
}

/// <summary>Makes the states that the constructor of a grain class asks for.</summary>
internal static class PersistentStateFactory
{
    public static Func<Activation, object?> For(ParameterInfo parameter, PersistentStateAttribute attribute)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
            throw new OrleansConfigurationException($"{parameter.Member.DeclaringType}: [PersistentState] belongs on an IPersistentState<T>.");

        var constructor = ConstructorInvoker.Create(
            typeof(PersistentState<>).MakeGenericType(type.GetGenericArguments()).GetConstructors().Single());
        return activation => constructor.Invoke(activation, attribute);
    }
}
