using WalletGrains.Contracts;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.Workload;

/// <summary>A request of a client: always the same one, however often it is sent.</summary>
/// <param name="WalletId">The wallet that decides it.</param>
/// <param name="RequestId">Its id there.</param>
/// <param name="Content">What it asks for.</param>
internal abstract record Operation(Guid WalletId, RequestId RequestId, Content Content)
{
    /// <summary>The same request id with another content; the same when it has none that could be another.</summary>
    public abstract Operation WithOtherContent(long more);

    /// <summary>Sends it, and has the auditor look at the answer.</summary>
    /// <param name="grains">Where to.</param>
    /// <param name="auditor">Who checks.</param>
    /// <param name="attempt">What the auditor knows of this try.</param>
    /// <param name="newId">Makes the ids that are proposed anew with each try, as the front door does.</param>
    /// <returns>Whether it is decided for good.</returns>
    /// <exception cref="UnavailableException">Nothing happened.</exception>
    public abstract Task<bool> SendAsync(IGrainFactory grains, Auditor auditor, Attempt? attempt, Func<Guid> newId);

    /// <summary>A request to one wallet.</summary>
    public sealed record ToWallet(Guid WalletId, WalletCommand Command) : Operation(WalletId, Command.RequestId, Content.Of(Command))
    {
        public override Operation WithOtherContent(long more) => new ToWallet(WalletId, Command switch
        {
            MoneyCommand money => money with { Amount = More(money.Amount, more) },
            CaptureHold { Amount: { } amount } capture => capture with { Amount = More(amount, more) },
            _ => Command,
        });

        public override async Task<bool> SendAsync(IGrainFactory grains, Auditor auditor, Attempt? attempt, Func<Guid> newId)
        {
            var outcome = await grains.GetGrain<IWalletGrain>(WalletId).ExecuteAsync(
                Command is PlaceHold hold ? hold with { HoldId = newId() } : Command);
            auditor.NoteReply(WalletId, Command, attempt, outcome);
            return outcome is not WalletOutcome.NotDecided notDecided || IsForGood(notDecided.Reason);
        }
    }

    /// <summary>A transfer.</summary>
    public sealed record Transfer(StartTransfer Command) : Operation(Command.FromWalletId, Command.RequestId, Content.Of(Command))
    {
        public override Operation WithOtherContent(long more) => new Transfer(Command with { Amount = More(Command.Amount, more) });

        public override async Task<bool> SendAsync(IGrainFactory grains, Auditor auditor, Attempt? attempt, Func<Guid> newId)
        {
            var outcome = await grains.GetGrain<ITransferGrain>(0).TransferAsync(Command);
            auditor.NoteReply(Command, attempt, outcome);
            return outcome is not TransferOutcome.NotDecided notDecided || IsForGood(notDecided.Reason);
        }
    }

    /// <summary>A transfer given back; the wallet that decides it is the one that received.</summary>
    public sealed record Reversal(Guid ReceiverId, ReverseTransfer Command) : Operation(ReceiverId, Command.RequestId, Content.Of(Command))
    {
        public override Operation WithOtherContent(long more) =>
            Command.Amount is { } amount ? new Reversal(ReceiverId, Command with { Amount = More(amount, more) }) : this;

        public override async Task<bool> SendAsync(IGrainFactory grains, Auditor auditor, Attempt? attempt, Func<Guid> newId)
        {
            var outcome = await grains.GetGrain<ITransferGrain>(0).ReverseAsync(Command);
            auditor.NoteReply(Command, ReceiverId, attempt, outcome);
            return outcome is not TransferOutcome.NotDecided notDecided || IsForGood(notDecided.Reason);
        }
    }

    /// <summary>A bulk transfer; no single wallet decides it.</summary>
    public sealed record Bulk(StartBulk Command) : Operation(Command.CallerId, Command.RequestId, ContentOf(Command))
    {
        public override Operation WithOtherContent(long more) => new Bulk(Command with
        {
            Legs = [Command.Legs[0] with { Amount = More(Command.Legs[0].Amount, more) }, .. Command.Legs.Skip(1)],
        });

        public override async Task<bool> SendAsync(IGrainFactory grains, Auditor auditor, Attempt? attempt, Func<Guid> newId)
        {
            var outcome = await grains.GetGrain<IBulkTransferGrain>(0).TransferAsync(Command);
            auditor.NoteReply(Command, outcome);
            return outcome is not BulkOutcome.NotDecided notDecided || IsForGood(notDecided.Reason);
        }

        private static Content ContentOf(StartBulk command) => new("BULK", null, null, null, string.Join(", ", command.Legs));
    }

    private static Money More(Money amount, long more) => amount with { MinorUnits = amount.MinorUnits + more };

    private static bool IsForGood(NotDecidedReason reason) => reason is NotDecidedReason.RequestIdReused or NotDecidedReason.WalletNotFound;
}
