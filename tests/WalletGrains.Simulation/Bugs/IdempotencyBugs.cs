using Orleans.InProcess.Simulation;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Simulation.Bugs;

/// <summary>There is no unique key on request ids; only the newest are known, in memory.</summary>
internal sealed class DedupDropped : PlantedBug
{
    public override IJournal TamperDatabase(IJournal durable) => new WithoutUniqueKey(durable);
}

/// <summary>
/// There is no unique key on request ids: they are looked up before the append, and what was not there then is taken not to be
/// there when it is appended again.
/// </summary>
internal sealed class DedupOutsideTheCommit : PlantedBug
{
    public override IJournal TamperDatabase(IJournal durable) => new WithoutUniqueKey(durable);

    public override IJournal TamperSilo(IJournal connection, SimulatedProcess silo) => new LookingUpFirst(connection);

    private sealed class LookingUpFirst(IJournal connection) : JournalDecorator(connection)
    {
        private readonly HashSet<(Guid, string)> _new = [];
        private Task _last = Task.CompletedTask;

        public override Task<AppendStatus> AppendAsync(WalletAppend append)
        {
            var found = LookUpAsync(append, _last);
            _last = found;
            return AppendUnlessAsync(found, append);
        }

        // One after the other, so that appends keep the order of the calls.
        private async Task<bool> LookUpAsync(WalletAppend append, Task previous)
        {
            await previous.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            return _new.Add((append.Head.WalletId, append.RequestId))
                && await Inner.FindDecisionAsync(append.Head.WalletId, append.RequestId, CancellationToken.None) is not null;
        }

        private async Task<AppendStatus> AppendUnlessAsync(Task<bool> found, WalletAppend append)
        {
            var status = await found ? AppendStatus.RequestIdTaken : await SendAsync(append);
            if (status is not AppendStatus.HeadMoved)
            {
                _new.Remove((append.Head.WalletId, append.RequestId));
            }

            return status;
        }

        private Task<AppendStatus> SendAsync(WalletAppend append)
        {
            try
            {
                return Inner.AppendAsync(append);
            }
            catch (JournalOverloadedException e)
            {
                // It is too late to say so at the call.
                throw new JournalUnavailableException("The queue is full.", e);
            }
        }
    }
}

/// <summary>A table without the unique key: a request id that is taken is taken once more.</summary>
internal sealed class WithoutUniqueKey(IJournal durable) : JournalDecorator(durable)
{
    private int _copies;

    public override async Task<AppendStatus> AppendAsync(WalletAppend append)
    {
        var status = await Inner.AppendAsync(append);
        return status is AppendStatus.RequestIdTaken ? await Inner.AppendAsync(append.Under($"{append.RequestId} ({++_copies})")) : status;
    }
}

/// <summary>A request id gets the first outcome whatever is asked under it.</summary>
internal sealed class FingerprintIgnored : PlantedBug
{
    private readonly Dictionary<(GrainId, RequestId), WalletCommand> _first = [];

    public override Task InvokeAsync(IIncomingGrainCallContext call)
    {
        if (call.Command() is { } command && !_first.TryAdd((call.TargetId, command.RequestId), command))
        {
            call.Request.SetArgument(0, _first[(call.TargetId, command.RequestId)]);
        }

        return call.Invoke();
    }
}

/// <summary>Calls as bugs look at them.</summary>
internal static class Calls
{
    /// <summary>The command, when this call gives one to a wallet.</summary>
    public static WalletCommand? Command(this IIncomingGrainCallContext call) =>
        call.MethodName == nameof(IWalletGrain.ExecuteAsync) ? call.Request.GetArgument(0) as WalletCommand : null;
}
