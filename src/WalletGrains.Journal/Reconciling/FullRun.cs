using Npgsql;

namespace WalletGrains.Journal.Reconciling;

/// <summary>
/// Compares once more what ordinary runs have compared: all bills, all transfers, all wallets, and at last the totals of accounts. It goes step by
/// step, each in a snapshot of its own, so that the database keeps no row version for longer than a step takes.
/// </summary>
internal sealed class FullRun(NpgsqlDataSource dataSource, PostingTerms terms, TimeProvider time, Deadline deadline, FullProgress progress)
{
    private readonly Findings _findings = new();

    /// <summary>Goes on where the last one stopped.</summary>
    /// <param name="marks">What comes behind them, every ordinary run compares.</param>
    /// <param name="cancellationToken">Gives it up; what was compared stays so.</param>
    public async Task<ReconciliationReport> RunAsync(Marks marks, CancellationToken cancellationToken)
    {
        var (place, deviations) = await progress.LoadAsync(_findings, cancellationToken);
        var pace = new Pace(time);
        var part = 1;
        while (place.Phase < FullPhase.Totals)
        {
            if (deadline.IsOver())
            {
                return _findings.ToReport(isComplete: false);
            }

            var began = pace.Begin();
            var (found, deviating) = (new Findings(), new AccountTotals());
            try
            {
                place = await StepAsync(place, marks, part, found, deviating, cancellationToken);
            }
            catch (PostgresException e) when (Snapshot.WasTooSlow(e))
            {
                if (part == ReconciliationLimits.SmallestStepPart)
                {
                    return _findings.ToReport(isComplete: false) with { WasTooSlow = true };
                }

                part *= 2;
                await pace.RestAsync(began, cancellationToken);
                continue;
            }

            await progress.SaveAsync(place, found, deviating, cancellationToken);
            _findings.Add(found);
            deviations.Add(deviating);

            // Twice as much would have had time enough.
            part = part > 1 && pace.Since(began) < ReconciliationLimits.StepTimeout / 4 ? part / 2 : part;
            await pace.RestAsync(began, cancellationToken);
        }

        await using var snapshot = await Snapshot.TakeAsync(dataSource, cancellationToken);
        await new Recount(snapshot, terms, _findings).CompareTotalsAsync(deviations, cancellationToken);
        return _findings.ToReport(isComplete: true);
    }

    private async Task<FullPlace> StepAsync(FullPlace place, Marks marks, int part, Findings found, AccountTotals deviating, CancellationToken cancellationToken)
    {
        // Entries of a wallet may lie anywhere on a disk; bills and transfers of a time lie together, with everything that lies between them.
        var timeout = place.Phase == FullPhase.Wallets ? ReconciliationLimits.StepTimeout : ReconciliationLimits.StatementTimeout;
        await using var snapshot = await Snapshot.TakeAsync(dataSource, timeout, cancellationToken);
        switch (place.Phase)
        {
            case FullPhase.Bills:
                var bill = await new BillPass(snapshot, terms, found).CompareAsync(place.Bill, marks.Bills, ReconciliationLimits.BillPage / part, cancellationToken);
                return bill is null ? place with { Phase = FullPhase.Transfers } : place with { Bill = bill.Value };

            case FullPhase.Transfers:
                var transfer = await new TransferPass(snapshot, terms, found).CompareAsync(
                    place.Transfer, TimeOrderedId.First(marks.Transfers), ReconciliationLimits.TransferPage / part, cancellationToken);
                return transfer is null ? place with { Phase = FullPhase.Wallets } : place with { Transfer = transfer.Value };

            default:
                var recount = new Recount(snapshot, terms, found);
                var wallet = await recount.CountAsync(place.Wallet, ReconciliationLimits.EntriesPerStep / part, cancellationToken);
                deviating.Add(recount.Deviations);
                return wallet is null ? place with { Phase = FullPhase.Totals } : place with { Wallet = wallet };
        }
    }
}
