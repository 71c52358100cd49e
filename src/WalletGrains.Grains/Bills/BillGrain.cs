using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Bills;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Bills;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Bills;

/// <summary>The door to payments. A stateless worker that keeps nothing: the store has them, and each payment drives itself.</summary>
[StatelessWorker]
[Reentrant]
public sealed class BillGrain(IBillStore bills, IJobStore jobs, IBillers billers, WalletProfiles profiles, IdGenerator ids, TimeProvider time)
    : Grain, IBillGrain
{
    /// <inheritdoc />
    public Task<IReadOnlyList<Biller>> GetBillersAsync() => Task.FromResult(billers.All);

    /// <inheritdoc />
    public async Task<BillOutcome> PayAsync(PayBill command)
    {
        BillRows.Check(command);

        // A repeat is answered before anything is checked that time, or a setting, may have changed.
        var known = await Outage.GuardAsync(() => bills.FindByRequestAsync(command.WalletId, command.RequestId.Value, CancellationToken.None));
        if (known is not null)
        {
            return await ReserveAsync(command, known, isNew: false);
        }

        if (await profiles.FindAsync(command.WalletId, GrainFactory) is not { } wallet)
        {
            return new BillOutcome.NotDecided(NotDecidedReason.WalletNotFound);
        }

        var biller = billers.Find(command.BillerCode);
        if (RefusalOf(command, wallet, biller) is { } reason)
        {
            return new BillOutcome.Invalid(reason, biller?.Profile);
        }

        var customer = await EnquireAsync(command, biller!);
        if (customer is CustomerAnswer.Nobody)
        {
            return new BillOutcome.Invalid(BillInvalidReason.CustomerNotFound, biller!.Profile);
        }

        BillRow stored;
        bool isNew;
        try
        {
            var row = BillRows.ToRow(command, ids.NewId(), wallet.OwnerId, (customer as CustomerAnswer.Known)?.Name, time.GetUtcMilliseconds());
            var job = BillJobs.Of(BillJobs.Payment, ids.NewId(), row, TimeSpan.Zero);
            (stored, isNew) = await bills.CreateAsync(row, job, CancellationToken.None);
        }
        catch (JournalUnavailableException e)
        {
            throw new UnavailableException("The payment cannot be written now.", e);
        }
        catch (JournalOutcomeUnknownException)
        {
            return new BillOutcome.NotDecided(NotDecidedReason.OutcomeUnknown);
        }

        return await ReserveAsync(command, stored, isNew);
    }

    /// <inheritdoc />
    public async Task<BillPayment?> FindAsync(Guid paymentId) =>
        await Outage.GuardAsync(() => bills.FindAsync(paymentId, CancellationToken.None)) is { } row ? StoredBill.Of(row).ToPayment() : null;

    /// <inheritdoc />
    public async Task<Page<BillPayment>> ListAsync(BillQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, Limits.MaxPageSize);

        // One more than asked for tells whether there is a next page.
        var wanted = new BillListQuery(query.OwnerId, query.WalletId, BillRows.StatesOf(query.Status), query.Before, query.Limit + 1);
        var rows = await Outage.GuardAsync(() => bills.ReadAsync(wanted, CancellationToken.None));
        return new Page<BillPayment>(rows.Take(query.Limit).Select(row => StoredBill.Of(row).ToPayment()).ToList(), rows.Count > query.Limit);
    }

    /// <inheritdoc />
    public Task<SettledBill?> SettleAsync(SettleBill command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return GrainFactory.GetGrain<IBillPaymentGrain>(command.PaymentId).SettleAsync(command);
    }

    /// <inheritdoc />
    public async Task<BillPayment?> RetryAsync(Guid paymentId)
    {
        if (await Outage.GuardAsync(() => bills.FindAsync(paymentId, CancellationToken.None)) is not { } row)
        {
            return null;
        }

        var bill = StoredBill.Of(row);
        if (BillJobs.KindOf(bill.Progress) is { } kind)
        {
            await Outage.GuardWriteAsync(async () =>
            {
                await jobs.EnqueueAsync(BillJobs.AtOnce(kind, ids.NewId(), row), CancellationToken.None);
                return true;
            });
            await GrainFactory.HintAsync(kind);
        }

        return bill.ToPayment();
    }

    /// <summary>What of a payment can never be, whatever the wallet holds; null when nothing is wrong with it.</summary>
    private static BillInvalidReason? RefusalOf(PayBill command, WalletProfile wallet, IBiller? biller) =>
        biller is null ? BillInvalidReason.BillerNotFound
        : biller.Profile.Currency != wallet.Currency || command.Amount.Currency != wallet.Currency ? BillInvalidReason.CurrencyMismatch
        : !biller.Accepts(command.CustomerReference) ? BillInvalidReason.ReferenceMalformed
        : command.Amount.MinorUnits < biller.Profile.MinAmount.MinorUnits || command.Amount.MinorUnits > biller.Profile.MaxAmount.MinorUnits
            ? BillInvalidReason.AmountOutOfBounds
        : null;

    /// <summary>Asks the biller whose reference it is, where it tells, for who has the money. A biller that does not answer keeps nobody from paying; a wallet that
    /// has not enough refuses by itself, and learns nobody's name.</summary>
    private async Task<CustomerAnswer?> EnquireAsync(PayBill command, IBiller biller)
    {
        if (!biller.Profile.NameEnquiry
            || await GrainFactory.GetGrain<IWalletGrain>(command.WalletId).GetAsync() is not { } wallet || wallet.AvailableMinor < command.Amount.MinorUnits)
        {
            return null;
        }

        using var patience = new CancellationTokenSource(GrainLimits.EnquiryPatience, time);
        try
        {
            return await biller.EnquireAsync(command.CustomerReference, patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Has the money held and the payment go on. It is there by now, so anything but an answer of its own is an unknown outcome.</summary>
    private async Task<BillOutcome> ReserveAsync(PayBill command, BillRow row, bool isNew)
    {
        if (!row.Fingerprint.Span.SequenceEqual(BillContent.FingerprintOf(command)))
        {
            return new BillOutcome.NotDecided(NotDecidedReason.RequestIdReused);
        }

        try
        {
            var outcome = await GrainFactory.GetGrain<IBillPaymentGrain>(row.PaymentId).ReserveAsync();
            if (outcome is BillOutcome.Accepted && row.State is BillState.Pending)
            {
                await GrainFactory.HintAsync(BillJobs.Payment);
            }

            return outcome switch
            {
                BillOutcome.Accepted accepted => accepted with { Replayed = !isNew },
                BillOutcome.Refused refused => refused with { Replayed = !isNew },
                _ => outcome,
            };
        }
        catch (Exception e) when (e is UnavailableException or OutcomeUnknownException or TimeoutException or OrleansException)
        {
            return new BillOutcome.NotDecided(NotDecidedReason.OutcomeUnknown);
        }
    }
}
