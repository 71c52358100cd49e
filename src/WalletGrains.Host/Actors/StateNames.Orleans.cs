namespace WalletGrains.Host.Actors;

/// <summary>
/// Stores each state under "grain type/state name". The provider's key is the state's name and the grain's key alone, so two
/// grain classes that both call their state "state" would otherwise read each other's rows.
/// </summary>
internal sealed class StateNames : PersistentStateFactory
{
    protected override string GetFullStateName(IGrainContext context, IPersistentStateConfiguration cfg) =>
        $"{context.GrainId.Type}/{cfg.StateName}";
}
