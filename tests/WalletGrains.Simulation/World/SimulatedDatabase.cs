using Orleans.InProcess.Simulation;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Users;
using WalletGrains.Journal.VirtualAccounts;
using WalletGrains.Simulation.Audit;
using WalletGrains.Simulation.Bugs;

namespace WalletGrains.Simulation.World;

/// <summary>
/// The database of a simulated cluster: a <see cref="MemoryJournal"/> in a process of its own, with faults at its crash points.
/// Silos reach it through a <see cref="DatabaseConnection"/> each.
/// </summary>
internal sealed class SimulatedDatabase
{
    private static readonly TimeSpan LongestCommit = TimeSpan.FromSeconds(15);

    private readonly Random _random;
    private readonly SimulatedJobs _jobs;

    public SimulatedDatabase(SimulatedWorld world, Auditor auditor, PlantedBug bug)
    {
        World = world;
        Process = world.AddProcess("database");
        _random = world.NewRandom("database");
        Durable = new MemoryJournal(InterceptAsync, auditor.NoteCommit, Process.Clock);
        Journal = bug.TamperDatabase(Durable);
        Log = bug.TamperLog(Durable);
        Bulks = new SimulatedBulks(InterceptAsync, auditor.NoteBulk, Process.Clock);
        _jobs = new SimulatedJobs(Process.Clock, InterceptAsync, auditor.Jobs);
        Jobs = bug.TamperJobs(_jobs);
        Bank = new SimulatedBankRows(InterceptAsync, _jobs, auditor.Bank);
        Inbox = bug.TamperInbox(Bank);
        Activity = new SimulatedActivity(InterceptAsync, _jobs);
        Balances = new SimulatedBalances(InterceptAsync, _jobs, Durable, Activity.Positions, auditor.Balances);
        Schedules = new SimulatedSchedules(InterceptAsync, _jobs, auditor.Schedules);
        Bills = new SimulatedBills(InterceptAsync, _jobs, auditor.Bills);
    }

    public SimulatedWorld World { get; }

    public SimulatedProcess Process { get; }

    public DatabaseFaults Faults { get; } = new();

    /// <summary>What is durable.</summary>
    public MemoryJournal Durable { get; }

    /// <summary>What silos talk to: <see cref="Durable"/>, or a planted bug around it.</summary>
    public IJournal Journal { get; }

    /// <summary>What followers are shown of it: all, or a planted bug around it.</summary>
    public IActivityLog Log { get; }

    /// <summary>The rows of bulk transfers.</summary>
    public SimulatedBulks Bulks { get; }

    /// <summary>The jobs.</summary>
    public IJobStore Jobs { get; }

    /// <summary>Virtual accounts, and what the bank has reported.</summary>
    public SimulatedBankRows Bank { get; }

    /// <summary>What silos talk to of the latter: <see cref="Bank"/>, or a planted bug around it.</summary>
    public IBankInbox Inbox { get; }

    /// <summary>Users, who are written once.</summary>
    public Dictionary<Guid, UserRow> Users { get; } = [];

    /// <summary>Mobile users and their balances.</summary>
    public SimulatedBalances Balances { get; }

    /// <summary>Schedules.</summary>
    public SimulatedSchedules Schedules { get; }

    /// <summary>Payments of bills.</summary>
    public SimulatedBills Bills { get; }

    /// <summary>What those have written who follow the journal.</summary>
    public SimulatedActivity Activity { get; }

    /// <summary>The time a message to or from the database takes.</summary>
    public TimeSpan Travel() => TimeSpan.FromMicroseconds(_random.Next(100, 3_000));

    /// <summary>Writes a job with what it follows from, which is nothing that can fail.</summary>
    public Task EnqueueAsync(NewJob job) => _jobs.EnqueueDurablyAsync(job);

    /// <summary>Something between 0 and 1.</summary>
    public double Share() => _random.NextDouble();

    public bool Happens(double share) => share > 0 && _random.NextDouble() < share;

    private async Task InterceptAsync(CommitPoint point, Guid walletId)
    {
        if (point is CommitPoint.After)
        {
            if (Happens(Faults.FailAfter))
            {
                throw new JournalOutcomeUnknownException("Simulated: the answer to the commit is an error.");
            }

            return;
        }

        if (Happens(Faults.Slow))
        {
            // The wallet's row stays locked meanwhile.
            await Task.Delay(LongestCommit * _random.NextDouble(), Process.Clock);
        }

        if (Happens(Faults.FailBefore))
        {
            throw new JournalUnavailableException("Simulated: rolled back.");
        }
    }
}
