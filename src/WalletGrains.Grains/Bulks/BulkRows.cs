using System.Diagnostics;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Domain.Bulks;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal.Bulks;

namespace WalletGrains.Grains.Bulks;

/// <summary>The store's bulk rows in the words of the contracts, and back.</summary>
internal static class BulkRows
{
    /// <summary>The row of a new bulk. Its ids are chosen here, once: every step of it is repeated under the same ones.</summary>
    public static BulkRow ToRow(StartBulk command, IdGenerator ids, DateTimeOffset now) => new(
        ids.NewId(),
        command.CallerId,
        command.RequestId.Value,
        LegsContent.FingerprintOf(command.Legs),
        LegsContent.Encode([.. command.Legs.Select(leg => new PlannedLeg(leg, ids.NewId(), ids.NewId()))]),
        BulkState.Reserving,
        FailedLeg: null,
        FailureCode: null,
        now,
        now);

    public static BulkStatus StatusOf(BulkRow row) => row.State switch
    {
        BulkState.Reserving => BulkStatus.Reserving,
        BulkState.Posting => BulkStatus.Posting,
        BulkState.Completed => BulkStatus.Completed,
        BulkState.Releasing => BulkStatus.Releasing,
        BulkState.Failed => BulkStatus.Failed,
        _ => throw new UnreachableException($"Bulk state {row.State} has no status."),
    };

    /// <summary>The answer of a bulk that is at its end.</summary>
    public static BulkOutcome OutcomeOf(BulkRow row, bool replayed) => row.State switch
    {
        BulkState.Completed => new BulkOutcome.Completed(row.BulkId, LegsContent.Decode(row.Legs).Select(leg => leg.TransferId).ToList(), replayed),
        BulkState.Failed => BulkFailure.Parse(row.FailureCode!) is { } refusal
            ? new BulkOutcome.Refused(refusal, row.FailedLeg!.Value, replayed)
            : new BulkOutcome.Abandoned(replayed),
        _ => throw new UnreachableException($"A bulk that is {row.State} has no outcome."),
    };

    /// <summary>Throws <see cref="ArgumentException"/> when a command cannot be stored or means nothing.</summary>
    public static void Check(StartBulk command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Legs.Count is < 1 or > Limits.MaxBulkLegs)
        {
            throw new ArgumentException($"A bulk has 1 to {Limits.MaxBulkLegs} legs.", nameof(command));
        }

        foreach (var leg in command.Legs)
        {
            CommandShape.CheckDescription(leg.Description, nameof(command));
        }
    }
}
