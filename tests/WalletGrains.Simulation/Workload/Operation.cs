using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.Workload;

/// <summary>A request of a client: always the same one, however often it is sent.</summary>
internal abstract record Operation(Guid WalletId, RequestId RequestId)
{
    public abstract Content Content { get; }

    /// <summary>The same request id with another amount.</summary>
    public abstract Operation WithOtherContent(long more);

    /// <summary>Sends it, and has the auditor look at the answer.</summary>
    /// <returns>Whether it is decided for good.</returns>
    /// <exception cref="UnavailableException">Nothing happened.</exception>
    public abstract Task<bool> SendAsync(IGrainFactory grains, Auditor auditor, Attempt? attempt);

    /// <summary>A request to one wallet.</summary>
    public sealed record ToWallet(Guid WalletId, WalletCommand Command) : Operation(WalletId, Command.RequestId)
    {
        public override Content Content => Content.Of(Command);

        public override Operation WithOtherContent(long more) =>
            this with { Command = Command with { Amount = Command.Amount with { MinorUnits = Command.Amount.MinorUnits + more } } };

        public override async Task<bool> SendAsync(IGrainFactory grains, Auditor auditor, Attempt? attempt)
        {
            var outcome = await grains.GetGrain<IWalletGrain>(WalletId).ExecuteAsync(Command);
            auditor.NoteReply(WalletId, Command, attempt, outcome);
            return outcome is not WalletOutcome.NotDecided notDecided || IsForGood(notDecided.Reason);
        }
    }

    /// <summary>A transfer.</summary>
    public sealed record Transfer(StartTransfer Command) : Operation(Command.FromWalletId, Command.RequestId)
    {
        public override Content Content => Content.Of(Command);

        public override Operation WithOtherContent(long more) =>
            this with { Command = Command with { Amount = Command.Amount with { MinorUnits = Command.Amount.MinorUnits + more } } };

        public override async Task<bool> SendAsync(IGrainFactory grains, Auditor auditor, Attempt? attempt)
        {
            var outcome = await grains.GetGrain<ITransferGrain>(0).TransferAsync(Command);
            auditor.NoteReply(Command, attempt, outcome);
            return outcome is not TransferOutcome.NotDecided notDecided || IsForGood(notDecided.Reason);
        }
    }

    private static bool IsForGood(NotDecidedReason reason) => reason is NotDecidedReason.RequestIdReused or NotDecidedReason.WalletNotFound;
}
