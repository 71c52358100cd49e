using WalletGrains.Contracts.Bulks;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal.Bulks;

namespace WalletGrains.Simulation.Audit;

/// <content>Bulk transfers: all legs are paid or none is.</content>
internal sealed partial class Auditor
{
    private readonly Dictionary<Guid, BulkBook> _bulks = [];

    // By the request ids of holds, releases and debits.
    private readonly Dictionary<string, (BulkBook Bulk, int Leg)> _byBulkStep = [];
    private readonly HashSet<Guid> _bulkHolds = [];

    public IEnumerable<BulkBook> Bulks => _bulks.Values;

    /// <summary>The row of a bulk has been written.</summary>
    public void NoteBulk(BulkRow row)
    {
        world.Trace.Mix((long)row.State);
        if (!_bulks.TryGetValue(row.BulkId, out var bulk))
        {
            _bulks.Add(row.BulkId, bulk = new BulkBook(row));
            Require(_bulks.Values.Count(other => (other.Row.CallerId, other.Row.RequestId) == (row.CallerId, row.RequestId)) == 1, () => $"Two bulks under request {row.RequestId}.");
            for (var leg = 0; leg < bulk.Legs.Count; leg++)
            {
                (_byBulkStep[bulk.HoldIdOf(leg)], _byBulkStep[bulk.ReleaseIdOf(leg)], _byBulkStep[bulk.DebitIdOf(leg)]) = ((bulk, leg), (bulk, leg), (bulk, leg));
                _bulkHolds.Add(bulk.Legs[leg].HoldId);
            }
        }

        var isStep = (bulk.Row.State, row.State) is (BulkState.Reserving, BulkState.Reserving or BulkState.Posting or BulkState.Releasing)
            or (BulkState.Posting, BulkState.Completed) or (BulkState.Releasing, BulkState.Failed);
        Require(isStep, () => $"Bulk {row.BulkId} goes from {bulk.Row.State} to {row.State}.");
        bulk.Row = row;
        Require(row.State is not BulkState.Posting || bulk.Legs.All(leg => HoldOf(leg)?.Status == "ACTIVE"), () => $"Bulk {row.BulkId} is posted, and not all of it is held.");
        Require(row.State is not BulkState.Completed || bulk.Legs.All(IsPaid), () => $"Bulk {row.BulkId} is completed, and not all of it is paid.");
        Require(row.State is not BulkState.Failed || bulk.Legs.All(IsUntouched), () => $"Bulk {row.BulkId} has failed, and something of it is held or paid.");
        Coverage.Note($"bulk {row.State}{(row.FailureCode is null ? "" : row.FailedLeg is null ? ", abandoned" : ", refused")}");
    }

    /// <summary>A bulk has been answered.</summary>
    public void NoteReply(StartBulk command, BulkOutcome outcome)
    {
        NoteAnswer(outcome, (object?)(outcome as BulkOutcome.NotDecided)?.Reason ?? (outcome as BulkOutcome.Invalid)?.Reason, command.RequestId);
        var bulk = _bulks.Values.FirstOrDefault(bulk => bulk.Row.CallerId == command.CallerId && bulk.Row.RequestId == command.RequestId.Value);
        var isSame = bulk is not null && bulk.Legs.Count == command.Legs.Count && bulk.Legs.Zip(command.Legs, (leg, asked) => leg.Answers(asked)).All(answers => answers);
        var isRight = outcome switch
        {
            BulkOutcome.Completed completed => isSame && bulk!.Row.State is BulkState.Completed && completed.BulkId == bulk.Row.BulkId
                && completed.TransferIds.SequenceEqual(bulk.Legs.Select(leg => leg.TransferId)),
            BulkOutcome.Refused refused => isSame && bulk!.Row.State is BulkState.Failed
                && (bulk.Row.FailureCode, bulk.Row.FailedLeg) == (NameOf(refused.Refusal), refused.FailedLeg),
            BulkOutcome.Abandoned => isSame && bulk!.Row is { State: BulkState.Failed, FailedLeg: null },
            BulkOutcome.Invalid invalid => InvalidLegOf(command) == (invalid.FailedLeg, invalid.Reason),
            BulkOutcome.NotDecided { Reason: NotDecidedReason.WalletNotFound } missing => InvalidLegOf(command) == (missing.FailedLeg!.Value, null),
            BulkOutcome.NotDecided { Reason: NotDecidedReason.RequestIdReused } => bulk is not null && !isSame,
            BulkOutcome.NotDecided { Reason: NotDecidedReason.OutcomeUnknown } => InvalidLegOf(command) is null,
            _ => false,
        };
        Require(isRight, () => $"Bulk {command.RequestId} is {bulk?.Row}; answered is {outcome}.");
    }

    private AuditedHold? HoldOf(AuditedLeg leg) => _wallets[leg.From].Holds.GetValueOrDefault(leg.HoldId);

    private bool IsPaid(AuditedLeg leg) => _transfers.GetValueOrDefault(leg.TransferId) is { Credit: not null };

    private bool IsUntouched(AuditedLeg leg) => !_transfers.ContainsKey(leg.TransferId) && HoldOf(leg) is null or { Status: "RELEASED" };

    /// <summary>The first leg that cannot be, and why; no reason where it is the payer that is missing.</summary>
    private (int Leg, TransferInvalidReason? Reason)? InvalidLegOf(StartBulk command)
    {
        for (var i = 0; i < command.Legs.Count; i++)
        {
            var leg = command.Legs[i];
            var reason = InvalidityOf(new StartTransfer(command.RequestId, leg.FromWalletId, leg.ToWalletId, leg.Amount));
            if (reason is TransferInvalidReason.SameWallet || (reason is not null && _wallets.ContainsKey(leg.FromWalletId)))
            {
                return (i, reason);
            }

            if (!_wallets.ContainsKey(leg.FromWalletId))
            {
                return (i, null);
            }
        }

        return null;
    }
}
