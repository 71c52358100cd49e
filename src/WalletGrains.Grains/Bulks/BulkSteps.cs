using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Bulks;
using WalletGrains.Grains.Wallets;

namespace WalletGrains.Grains.Bulks;

/// <summary>A leg that a wallet refused.</summary>
/// <param name="Leg">Its number, from 0.</param>
/// <param name="Refusal">Why.</param>
internal readonly record struct RefusedLeg(int Leg, WalletRefusal Refusal);

/// <summary>What the wallets said to the holds of a bulk.</summary>
/// <param name="IsKnown">False when a hold's outcome is not known, or another coordinator has decided the bulk.</param>
/// <param name="Refused">The first leg that was refused; null when all are held.</param>
internal readonly record struct Reservation(bool IsKnown, RefusedLeg? Refused);

/// <summary>
/// The steps of one bulk. Whoever takes the bulk repeats them under the same request ids, so each of them is done once. They
/// run on the turns of the grain that made this.
/// </summary>
internal sealed class BulkSteps(Guid bulkId, IReadOnlyList<PlannedLeg> legs, IGrainFactory grains)
{
    private int _firstRefused = int.MaxValue;

    /// <summary>
    /// Holds the amount of every leg. As if the legs were taken one after another: the holds of one payer are placed in their
    /// order, so which of them its money does not reach follows from the bulk alone, and no leg is tried behind a refused one.
    /// </summary>
    public async Task<Reservation> ReserveAsync()
    {
        var refused = await FindRefusingReceiverAsync();
        _firstRefused = refused?.Leg ?? int.MaxValue;
        var isKnown = true;
        foreach (var payers in Enumerable.Range(0, legs.Count).GroupBy(leg => legs[leg].Leg.FromWalletId).Chunk(GrainLimits.BulkConcurrency))
        {
            foreach (var reservation in await Task.WhenAll(payers.Select(ReserveOfPayerAsync)))
            {
                isKnown &= reservation.IsKnown;
                refused = reservation.Refused is { } first && !(refused?.Leg < first.Leg) ? first : refused;
            }
        }

        return new Reservation(isKnown, refused);
    }

    /// <summary>Pays every leg out of its hold. The bulk is decided: no wallet refuses any of it.</summary>
    /// <returns>Whether every leg is paid; when not, some are not known to be.</returns>
    public Task<bool> PostAsync() => AllAsync(async leg =>
    {
        var (asked, transferId) = (legs[leg].Leg, legs[leg].TransferId);
        var debit = new DebitHeldTransfer(asked.Amount, transferId, asked.ToWalletId, legs[leg].HoldId, bulkId, asked.Description);
        if (!(await grains.ExecuteStepAsync(asked.FromWalletId, debit)).IsDone())
        {
            return false;
        }

        var credit = new CreditTransfer(asked.Amount, transferId, asked.FromWalletId, asked.Description, IsSettlement: true);
        return (await grains.ExecuteStepAsync(asked.ToWalletId, credit)).IsDone();
    });

    /// <summary>Sees to it that nothing is held for any leg, now or later.</summary>
    /// <returns>Whether that is so; when not, some are not known to be.</returns>
    public Task<bool> ReleaseAsync() => AllAsync(async leg =>
    {
        // A hold of nothing, under the request id of the leg's hold: a wallet refuses it, and remembers that for ever. So a
        // coordinator that comes late, or a call that is still on its way, finds the id taken and holds nothing.
        var payer = legs[leg].Leg.FromWalletId;
        var nothing = new Money(0, legs[leg].Leg.Amount.Currency);
        switch (await grains.ExecuteStepAsync(payer, new PlaceHold(RequestId.ForBulkHold(bulkId, leg), nothing, legs[leg].HoldId)))
        {
            case WalletOutcome.Refused or WalletOutcome.NotDecided { Reason: NotDecidedReason.RequestIdReused, OriginalEntryId: null }:
                return true;
            case WalletOutcome.NotDecided { Reason: NotDecidedReason.RequestIdReused }:
                return (await grains.ExecuteStepAsync(payer, new ReleaseHold(RequestId.ForBulkRelease(bulkId, leg), legs[leg].HoldId))).IsDone();
            case var outcome:
                return outcome.IsDone();
        }
    });

    /// <summary>The first leg whose receiver takes no money now. Only a look: once the bulk is decided, it takes it anyway.</summary>
    private async Task<RefusedLeg?> FindRefusingReceiverAsync()
    {
        var receivers = new Dictionary<Guid, Wallet>();
        foreach (var walletIds in legs.Select(leg => leg.Leg.ToWalletId).Distinct().Chunk(GrainLimits.BulkConcurrency))
        {
            foreach (var wallet in await Task.WhenAll(walletIds.Select(id => grains.GetGrain<IWalletGrain>(id).GetAsync())))
            {
                receivers.Add(wallet!.WalletId, wallet);
            }
        }

        var received = new Dictionary<Guid, long>();
        for (var leg = 0; leg < legs.Count; leg++)
        {
            var (receiver, amountMinor) = (receivers[legs[leg].Leg.ToWalletId], legs[leg].Leg.Amount.MinorUnits);
            var before = receiver.BalanceMinor + received.GetValueOrDefault(receiver.WalletId);
            WalletRefusal? refusal = receiver.Status switch
            {
                WalletStatus.Closed => WalletRefusal.WalletClosed,
                WalletStatus.Frozen => WalletRefusal.WalletFrozen,
                _ when amountMinor > Limits.MaxAmountMinor - before => WalletRefusal.AmountTooLarge,
                _ => null,
            };
            if (refusal is not null)
            {
                return new RefusedLeg(leg, refusal.Value);
            }

            received[receiver.WalletId] = received.GetValueOrDefault(receiver.WalletId) + amountMinor;
        }

        return null;
    }

    private async Task<Reservation> ReserveOfPayerAsync(IGrouping<Guid, int> ofPayer)
    {
        foreach (var leg in ofPayer)
        {
            if (leg >= _firstRefused)
            {
                break;
            }

            var hold = new PlaceHold(RequestId.ForBulkHold(bulkId, leg), legs[leg].Leg.Amount, legs[leg].HoldId, null, legs[leg].Leg.Description);
            switch (await grains.ExecuteStepAsync(ofPayer.Key, hold))
            {
                case WalletOutcome.Accepted:
                    continue;
                case WalletOutcome.Refused { Refusal: var refusal }:
                    _firstRefused = Math.Min(_firstRefused, leg);
                    return new Reservation(true, new RefusedLeg(leg, refusal));
                case WalletOutcome.NotDecided { Reason: not NotDecidedReason.WalletNotFound }:
                    return new Reservation(false, null);
                case var outcome:
                    throw new InvalidOperationException($"The hold of a payer that was there came back as {outcome}; an invariant is broken.");
            }
        }

        return new Reservation(true, null);
    }

    private async Task<bool> AllAsync(Func<int, Task<bool>> step)
    {
        var all = true;
        foreach (var chunk in Enumerable.Range(0, legs.Count).Chunk(GrainLimits.BulkConcurrency))
        {
            var done = await Task.WhenAll(chunk.Select(step));
            all &= done.All(isDone => isDone);
            if (!done.Any(isDone => isDone))
            {
                // Not a single one: the store is away, and each further round would wait for it as long as this one has.
                break;
            }
        }

        return all;
    }
}
