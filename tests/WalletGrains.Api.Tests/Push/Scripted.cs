using System.Reflection;

namespace WalletGrains.Api.Tests.Push;

/// <summary>Answers every call of an interface by its method and arguments.</summary>
public class Scripted : DispatchProxy
{
    private Func<MethodInfo, object?[], object?> _answer = null!;

    internal static T Of<T>(Func<MethodInfo, object?> answer)
        where T : class => Of<T>((method, _) => answer(method));

    internal static T Of<T>(Func<MethodInfo, object?[], object?> answer)
        where T : class
    {
        var proxy = Create<T, Scripted>();
        ((Scripted)(object)proxy)._answer = answer;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(targetMethod!, args ?? []);
}
