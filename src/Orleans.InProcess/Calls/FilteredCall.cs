using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.InProcess;

/// <summary>One call going through its filters to the grain and back.</summary>
internal sealed class FilteredCall : IIncomingGrainCallContext
{
    private readonly Call _call;
    private readonly IGrainContext _target;
    private readonly IReadOnlyList<IIncomingGrainCallFilter> _filters;
    private int _next;

    private FilteredCall(Call call, IGrainContext target, IReadOnlyList<IIncomingGrainCallFilter> filters)
    {
        _call = call;
        _target = target;
        _filters = filters;
    }

    public IInvokable Request => _call;

    public object Grain => _target.GrainInstance!;

    public IGrainContext TargetContext => _target;

    public GrainId? SourceId => _call.Sender?.GrainId;

    public GrainId TargetId => _call.Target;

    public GrainInterfaceType InterfaceType => _call.Method.InterfaceId;

    public string InterfaceName => _call.Method.InterfaceName;

    public string MethodName => _call.Method.Name;

    public MethodInfo InterfaceMethod => _call.Method.Info;

    public MethodInfo ImplementationMethod
    {
        get
        {
            var map = Grain.GetType().GetInterfaceMap(_call.Method.InterfaceType);
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, _call.Method.Info)];
        }
    }

    public object? Result { get; set; }

    /// <summary>Runs the call through the filters; its outcome is in the call afterwards.</summary>
    public static async Task Run(Call call, IGrainContext target, IReadOnlyList<IIncomingGrainCallFilter> filters)
    {
        var filtered = new FilteredCall(call, target, filters);
        try
        {
            await filtered.Invoke();
            call.SetFilteredResult(filtered.Result);
        }
        catch (Exception failure)
        {
            // A filter may also turn the grain's failure into another one, so this is the last word.
            call.SetFilteredResult(null);
            call.Fail(failure);
        }
    }

    public async Task Invoke()
    {
        var step = _next++;
        if (step < _filters.Count)
        {
            await _filters[step].Invoke(this);
        }
        else if (step == _filters.Count && Grain is IIncomingGrainCallFilter self)
        {
            await self.Invoke(this);
        }
        else
        {
            await _call.Start(Grain);
            Result = _call.BoxedResult;
        }
    }
}
