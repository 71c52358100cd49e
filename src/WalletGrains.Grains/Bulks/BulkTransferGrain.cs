using System.Diagnostics;
using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Bulks;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Bulks;

namespace WalletGrains.Grains.Bulks;

/// <summary>
/// The coordinator of bulk transfers: hold every amount, decide, then pay every leg or release every hold. It keeps nothing:
/// the bulk's row says how far it has come, and the one update that takes it from reserving to posting or to releasing
/// decides it, whoever else works at the same bulk.
/// </summary>
[StatelessWorker]
[Reentrant]
public sealed class BulkTransferGrain(IBulkStore bulks, WalletProfiles profiles, IdGenerator ids, TimeProvider time) : Grain, IBulkTransferGrain
{
    /// <inheritdoc />
    public async Task<BulkOutcome> TransferAsync(StartBulk command)
    {
        BulkRows.Check(command);
        if (await FindImpossibleLegAsync(command.Legs) is { } impossible)
        {
            return impossible;
        }

        BulkRow? row;
        bool isNew;
        try
        {
            (row, isNew) = await bulks.CreateAsync(BulkRows.ToRow(command, ids, time.GetUtcMilliseconds()), CancellationToken.None);
        }
        catch (JournalUnavailableException e)
        {
            throw new UnavailableException("The bulk cannot be written now.", e);
        }
        catch (JournalOutcomeUnknownException)
        {
            return new BulkOutcome.NotDecided(NotDecidedReason.OutcomeUnknown);
        }

        if (!isNew && !row.Fingerprint.Span.SequenceEqual(LegsContent.FingerprintOf(command.Legs)))
        {
            return new BulkOutcome.NotDecided(NotDecidedReason.RequestIdReused);
        }

        // From here on the bulk may come to be, by this coordinator or another: anything but its end is an unknown outcome.
        row = await DriveAsync(row, ReserveAsync);
        return IsAtEnd(row) ? BulkRows.OutcomeOf(row, replayed: !isNew) : new BulkOutcome.NotDecided(NotDecidedReason.OutcomeUnknown);
    }

    /// <inheritdoc />
    public async Task<BulkStatus?> ResumeAsync(Guid bulkId)
    {
        var row = await Outage.GuardAsync(() => bulks.FindAsync(bulkId, CancellationToken.None));
        return row is null ? null : BulkRows.StatusOf(await DriveAsync(row, AbandonAsync));
    }

    /// <inheritdoc />
    public async Task<BulkStatus?> FindAsync(Guid bulkId)
    {
        var row = await Outage.GuardAsync(() => bulks.FindAsync(bulkId, CancellationToken.None));
        return row is null ? null : BulkRows.StatusOf(row);
    }

    /// <summary>
    /// What never changes about the wallets is checked before anything is written, so that no repeat is turned away for
    /// another reason and a mistake uses no request id up.
    /// </summary>
    private async Task<BulkOutcome?> FindImpossibleLegAsync(IReadOnlyList<BulkLeg> legs)
    {
        var known = new Dictionary<Guid, WalletProfile>();
        foreach (var chunk in legs.SelectMany(leg => new[] { leg.FromWalletId, leg.ToWalletId }).Distinct().Chunk(GrainLimits.BulkConcurrency))
        {
            foreach (var profile in await Task.WhenAll(chunk.Select(id => profiles.FindAsync(id, GrainFactory).AsTask())))
            {
                if (profile is not null)
                {
                    known.Add(profile.WalletId, profile);
                }
            }
        }

        for (var i = 0; i < legs.Count; i++)
        {
            if (legs[i].FromWalletId == legs[i].ToWalletId)
            {
                return new BulkOutcome.Invalid(TransferInvalidReason.SameWallet, i);
            }

            if (!known.ContainsKey(legs[i].FromWalletId))
            {
                return new BulkOutcome.NotDecided(NotDecidedReason.WalletNotFound, i);
            }

            if (!known.TryGetValue(legs[i].ToWalletId, out var receiver))
            {
                return new BulkOutcome.Invalid(TransferInvalidReason.ReceiverNotFound, i);
            }

            if (receiver.Currency != legs[i].Amount.Currency)
            {
                return new BulkOutcome.Invalid(TransferInvalidReason.ReceiverCurrencyMismatch, i);
            }
        }

        return null;
    }

    /// <summary>Takes a bulk as far as it goes now.</summary>
    /// <param name="row">The bulk as it was read.</param>
    /// <param name="decideAsync">How to decide one that is not decided.</param>
    /// <returns>The bulk: at its end, or where a step's outcome could not be learnt.</returns>
    private async Task<BulkRow> DriveAsync(BulkRow row, Func<BulkRow, BulkSteps, Task<BulkMove?>> decideAsync)
    {
        var steps = new BulkSteps(row.BulkId, LegsContent.Decode(row.Legs), GrainFactory);
        try
        {
            while (!IsAtEnd(row))
            {
                var move = row.State switch
                {
                    BulkState.Reserving => await decideAsync(row, steps),
                    BulkState.Posting => await steps.PostAsync() ? MoveTo(row, BulkState.Completed) : null,
                    BulkState.Releasing => await steps.ReleaseAsync() ? MoveTo(row, BulkState.Failed) : null,
                    _ => throw new UnreachableException($"No rule drives a bulk that is {row.State}."),
                };
                var moved = move is not null && await bulks.MoveAsync(move, CancellationToken.None);

                // States only go forward, so this comes to an end: read again, the bulk is either where another coordinator has
                // taken it, or it stays where it is for now.
                var next = moved ? After(row, move!) : (await bulks.FindAsync(row.BulkId, CancellationToken.None))!;
                if (next.State == row.State)
                {
                    break;
                }

                row = next;
            }
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException or UnavailableException or TimeoutException or OrleansException)
        {
            // What the row says is not known now; a repeat of the request or the recovery reads it again and goes on.
        }

        return row;
    }

    private async Task<BulkMove?> ReserveAsync(BulkRow row, BulkSteps steps) => await steps.ReserveAsync() switch
    {
        { IsKnown: false } => null,
        { Refused: { } refused } => MoveTo(row, BulkState.Releasing) with { FailedLeg = refused.Leg, FailureCode = RefusalContent.NameOf(refused.Refusal) },
        _ => MoveTo(row, BulkState.Posting),
    };

    private Task<BulkMove?> AbandonAsync(BulkRow row, BulkSteps steps) =>
        Task.FromResult<BulkMove?>(MoveTo(row, BulkState.Releasing) with { FailureCode = BulkFailure.Abandoned });

    private BulkMove MoveTo(BulkRow row, BulkState state) => new(row.BulkId, row.State, state, time.GetUtcMilliseconds());

    private static BulkRow After(BulkRow row, BulkMove move) => row with
    {
        State = move.To,
        FailedLeg = move.FailedLeg ?? row.FailedLeg,
        FailureCode = move.FailureCode ?? row.FailureCode,
        UpdatedAt = move.At,
    };

    private static bool IsAtEnd(BulkRow row) => row.State is BulkState.Completed or BulkState.Failed;
}
