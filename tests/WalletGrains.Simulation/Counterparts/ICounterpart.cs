using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess.Simulation;
using WalletGrains.Simulation.World;

namespace WalletGrains.Simulation.Counterparts;

/// <summary>
/// Somebody beside the clients who has dealings with the product in a run: what silos need for it, what it does and asks for, and what must be true of it.
/// A run has all of them; <see cref="SeedRun"/> lists them.
/// </summary>
internal interface ICounterpart
{
    /// <summary>The kinds of jobs that are driven for it.</summary>
    IReadOnlyList<string> Kinds { get; }

    /// <summary>Those whose jobs all come to their end: the run is not over before.</summary>
    IReadOnlyList<string> FinalKinds { get; }

    /// <summary>Registers its stores, clients and handlers in the container of a silo.</summary>
    /// <param name="services">The container.</param>
    /// <param name="silo">The silo.</param>
    /// <param name="connection">The silo's way to the database.</param>
    void AddServices(IServiceCollection services, SimulatedSilo silo, DatabaseConnection connection);

    /// <summary>What is there before anything happens.</summary>
    void Open();

    /// <summary>Begins what it does while things fail.</summary>
    void Begin();

    /// <summary>The faults are over: it behaves from now on, and asks for what is left to be done.</summary>
    void Heal();

    /// <summary>Whether nothing more is to come: the run is not over before.</summary>
    bool IsSettled => true;

    /// <summary>Checks everything, when all is over.</summary>
    void Check();
}
