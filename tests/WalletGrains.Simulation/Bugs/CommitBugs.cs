using Orleans.InProcess.Simulation;
using WalletGrains.Journal;

namespace WalletGrains.Simulation.Bugs;

/// <summary>Answers as soon as the append is on its way.</summary>
internal sealed class ReplyBeforeCommit : PlantedBug
{
    public override IJournal TamperSilo(IJournal connection, SimulatedProcess silo) => new Hasty(connection);

    private sealed class Hasty(IJournal connection) : JournalDecorator(connection)
    {
        public override Task<AppendStatus> AppendAsync(WalletAppend append)
        {
            _ = Inner.AppendAsync(append);
            return Task.FromResult(AppendStatus.Applied);
        }
    }
}

/// <summary>Answers refusals at once: they change nothing, so why wait for a commit. But they were decided on what is in flight.</summary>
internal sealed class RefusalFromUncommittedState : PlantedBug
{
    public override IJournal TamperSilo(IJournal connection, SimulatedProcess silo) => new Hasty(connection);

    private sealed class Hasty(IJournal connection) : JournalDecorator(connection)
    {
        public override Task<AppendStatus> AppendAsync(WalletAppend append)
        {
            var commit = Inner.AppendAsync(append);
            return append.Refusal is null ? commit : Task.FromResult(AppendStatus.Applied);
        }
    }
}

/// <summary>No answer to a commit counts as: nothing was written.</summary>
internal sealed class UnknownTreatedAsFailed : PlantedBug
{
    public override IJournal TamperSilo(IJournal connection, SimulatedProcess silo) => new Hopeful(connection);

    private sealed class Hopeful(IJournal connection) : JournalDecorator(connection)
    {
        // A full queue is told at the call itself, so the call is made before anything is awaited.
        public override Task<AppendStatus> AppendAsync(WalletAppend append) => HopeAsync(Inner.AppendAsync(append));

        private static async Task<AppendStatus> HopeAsync(Task<AppendStatus> commit)
        {
            try
            {
                return await commit;
            }
            catch (JournalOutcomeUnknownException e)
            {
                throw new JournalUnavailableException("It must have failed.", e);
            }
        }
    }
}
