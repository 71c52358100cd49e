using Orleans.InProcess.Simulation;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Grains.Bills;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Simulation.Bugs;

/// <summary>
/// A mistake that the simulation has to find: around the ports and calls of the grains, never in their code. Each does what a
/// product with that mistake would do. One object serves one run.
/// </summary>
internal class PlantedBug
{
    /// <summary>Puts itself between the database and what is durable.</summary>
    public virtual IJournal TamperDatabase(IJournal durable) => durable;

    /// <summary>Puts itself between the database and its jobs.</summary>
    public virtual IJobStore TamperJobs(IJobStore durable) => durable;

    /// <summary>Puts itself between the database and what the bank has reported.</summary>
    public virtual IBankInbox TamperInbox(IBankInbox durable) => durable;

    /// <summary>Puts itself between the database and the order of its entries.</summary>
    public virtual IActivityLog TamperLog(IActivityLog durable) => durable;

    /// <summary>Puts itself between the silos and a biller.</summary>
    public virtual IBiller TamperBiller(IBiller biller) => biller;

    /// <summary>Puts itself between the silos and the core banking system.</summary>
    public virtual ICoreBanking TamperCore(ICoreBanking core) => core;

    /// <summary>Puts itself between the grains of a silo and their journal.</summary>
    public virtual IJournal TamperSilo(IJournal connection, SimulatedProcess silo) => connection;

    /// <summary>Puts itself around every call to a grain.</summary>
    public virtual Task InvokeAsync(IIncomingGrainCallContext call) => call.Invoke();
}
