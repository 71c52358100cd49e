using System.Reflection;

namespace Orleans.Serialization.Invocation;

/// <summary>The request inside a call, as filters see it.</summary>
/// <remarks>Differs from Orleans: filters can read and replace arguments, but not run the request by themselves.</remarks>
public interface IInvokable
{
    int GetArgumentCount();

    object? GetArgument(int index);

    void SetArgument(int index, object? value);

    string GetMethodName();

    string GetInterfaceName();

    string GetActivityName();

    MethodInfo GetMethod();

    Type GetInterfaceType();

    TimeSpan? GetDefaultResponseTimeout() => null;

    CancellationToken GetCancellationToken() => default;

    bool IsCancellable => false;
}
