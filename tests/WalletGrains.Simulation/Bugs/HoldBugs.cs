using Orleans.InProcess.Simulation;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Simulation.Bugs;

/// <summary>A capture takes the money and leaves the hold open in what is stored, for the next one to capture.</summary>
internal sealed class HoldCapturedTwice : PlantedBug
{
    public override IJournal TamperDatabase(IJournal durable) => new KeepingCapturedHolds(durable);

    private sealed class KeepingCapturedHolds(IJournal durable) : JournalDecorator(durable)
    {
        public override async Task<AppendStatus> AppendAsync(WalletAppend append)
        {
            if (append.Hold is not { State: HoldState.Captured } captured)
            {
                return await Inner.AppendAsync(append);
            }

            var details = DetailsContent.Decode(append.Head.Details);
            var kept = new OpenHold(captured.HoldId, captured.AmountMinor, captured.ExpiresAt, captured.CreatedAt);
            var head = append.Head with
            {
                Details = DetailsContent.Encode(details with { Holds = OpenHolds.Of([.. details.Holds.All, kept]) }),
            };

            // Without the row of the hold, whose own constraint would notice.
            return await Inner.AppendAsync(new WalletAppend(head, append.PreviousHash, append.Entry!, append.Transfer));
        }
    }
}

/// <summary>What is held is not taken off what can be spent.</summary>
internal sealed class HoldNotCountedInAvailable : PlantedBug
{
    public override IJournal TamperSilo(IJournal connection, SimulatedProcess silo) => new Unheld(connection);

    public override IJournal TamperDatabase(IJournal durable) => new Counting(durable);

    private sealed class Unheld(IJournal connection) : JournalDecorator(connection)
    {
        public override async Task<LoadedWallet?> LoadAsync(Guid walletId, IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken) =>
            await Inner.LoadAsync(walletId, requestIds, cancellationToken) is { } loaded ? loaded with { Head = loaded.Head with { HeldMinor = 0 } } : null;

        public override async Task<WalletHead?> FindHeadAsync(Guid walletId, CancellationToken cancellationToken) =>
            await Inner.FindHeadAsync(walletId, cancellationToken) is { } head ? head with { HeldMinor = 0 } : null;
    }

    /// <summary>The column is right all the same: it is only the decision that does not look at it.</summary>
    private sealed class Counting(IJournal durable) : JournalDecorator(durable)
    {
        public override async Task<AppendStatus> AppendAsync(WalletAppend append)
        {
            if (append.Entry is not { } entry)
            {
                return await Inner.AppendAsync(append);
            }

            var held = DetailsContent.Decode(append.Head.Details).Holds.All.Sum(hold => hold.AmountMinor);
            return await Inner.AppendAsync(
                new WalletAppend(append.Head with { HeldMinor = held }, append.PreviousHash, entry, append.Transfer, append.Hold));
        }
    }
}
