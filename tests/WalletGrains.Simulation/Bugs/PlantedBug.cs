using Orleans.InProcess.Simulation;
using WalletGrains.Journal;

namespace WalletGrains.Simulation.Bugs;

/// <summary>
/// A mistake that the simulation has to find: around the ports and calls of the grains, never in their code. Each is what a
/// product with that mistake would do.
/// </summary>
internal abstract record PlantedBug(string Name)
{
    /// <summary>The product as it is.</summary>
    public static PlantedBug None { get; } = new Nothing();

    /// <summary>Puts itself between the database and what is durable.</summary>
    public virtual IJournal TamperDatabase(IJournal durable) => durable;

    /// <summary>Puts itself between the grains of a silo and their journal.</summary>
    public virtual IJournal TamperSilo(IJournal connection, SimulatedProcess silo) => connection;

    /// <summary>Around every call to a grain; null for none.</summary>
    public IncomingGrainCallFilterDelegate? Filter { get; init; }

    private sealed record Nothing() : PlantedBug("none");
}
