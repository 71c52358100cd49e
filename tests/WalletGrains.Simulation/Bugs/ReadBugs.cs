using System.Runtime.CompilerServices;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Bugs;

/// <summary>An activation shows what it read when it began, as if nobody else could ever write.</summary>
internal sealed class StaleReads : PlantedBug
{
    private readonly ConditionalWeakTable<IGrainContext, object> _firstRead = [];

    public override async Task InvokeAsync(IIncomingGrainCallContext call)
    {
        if (call.MethodName == nameof(IWalletGrain.GetAsync) && _firstRead.TryGetValue(call.TargetContext, out var shown))
        {
            call.Result = shown;
            return;
        }

        await call.Invoke();
        if (call.MethodName == nameof(IWalletGrain.GetAsync) && call.Result is { } read)
        {
            _firstRead.AddOrUpdate(call.TargetContext, read);
        }
    }
}
