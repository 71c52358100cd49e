namespace WalletGrains.Grains.Tests.Runtime;

public interface ITestObserver : IGrainObserver
{
    void Told(string line);

    Task<int> Asked(int number);
}

public interface ITellerGrain : IGrainWithStringKey
{
    Task Tell(ITestObserver observer, string[] lines);

    Task<int> Ask(ITestObserver observer, int number);
}

public class TellerGrain : Grain, ITellerGrain
{
    public Task Tell(ITestObserver observer, string[] lines)
    {
        foreach (var line in lines)
            observer.Told(line);

        return Task.CompletedTask;
    }

    public Task<int> Ask(ITestObserver observer, int number) => observer.Asked(number);
}

public interface IFilteredGrain : IGrainWithStringKey
{
    Task<string> Echo(string text);

    Task<string> Fail();

    Task<string> Plain();
}

/// <summary>Is a filter of its own calls.</summary>
public class FilteredGrain : Grain, IFilteredGrain, IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.MethodName == nameof(IFilteredGrain.Echo))
            context.Result += "|grain";
    }

    public Task<string> Echo(string text) => Task.FromResult(text);

    public Task<string> Fail() => throw new InvalidOperationException("A failure for the filter.");

    public Task<string> Plain() => Task.FromResult("plain");
}

/// <summary>The silo-wide filter of every fixture. It touches the calls of <see cref="IFilteredGrain"/> only.</summary>
public sealed class ContractFilter : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not FilteredGrain)
        {
            await context.Invoke();
            return;
        }

        try
        {
            await context.Invoke();
            if (context.MethodName == nameof(IFilteredGrain.Echo))
                context.Result += $"|silo {context.Request.GetArgumentCount()} {context.Request.GetArgument(0)} {context.InterfaceMethod.Name} {context.ImplementationMethod.DeclaringType?.Name}";
        }
        catch (InvalidOperationException failure)
        {
            throw new NotSupportedException("Translated.", failure);
        }
    }
}
