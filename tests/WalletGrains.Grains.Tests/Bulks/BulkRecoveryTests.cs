using WalletGrains.Contracts;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;
using WalletGrains.Testing;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Bulks;

/// <summary>Bulk transfers whose coordinator died, is late, or is one of several.</summary>
[Collection<MemoryClusterTests>]
public sealed class BulkRecoveryTests(MemoryCluster cluster) : IAsyncLifetime
{
    private static readonly BulkOutcome Unknown = new BulkOutcome.NotDecided(NotDecidedReason.OutcomeUnknown);

    private Guid _a;
    private Guid _b;
    private Guid _to;

    public async ValueTask InitializeAsync() => (_a, _b, _to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync(1_000), await cluster.OpenAsync());

    public ValueTask DisposeAsync()
    {
        cluster.Faults.Heal();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(CommitPoint.Before, true)]
    [InlineData(CommitPoint.After, true)]
    [InlineData(CommitPoint.Before, false)]
    [InlineData(CommitPoint.After, false)]
    public async Task Wherever_a_coordinator_dies_all_legs_are_paid_in_the_end_or_none(CommitPoint point, bool recoveryComesFirst)
    {
        var (money, steps) = (2_000L, 0);
        for (var isDead = true; isDead; steps++)
        {
            var command = Command(new BulkLeg(_a, _to, Usd(10)), new BulkLeg(_b, _to, Usd(20)), new BulkLeg(_a, _b, Usd(5)));
            cluster.Faults.DieAt(steps, point);
            var first = await Record.ExceptionAsync(async () => Assert.True(await cluster.Bulks.TransferAsync(command) is BulkOutcome.Completed || cluster.Faults.IsDead));
            Assert.True(first is null or UnavailableException, first?.ToString());
            isDead = cluster.Faults.IsDead;
            cluster.Faults.Heal();

            var recovered = recoveryComesFirst ? await cluster.BulkRecovery.RunAsync(AnyAge) : 0;
            var outcome = await cluster.Bulks.TransferAsync(command);
            await AssertAllOrNothingAsync(command, outcome);
            Assert.Equal(0, await cluster.BulkRecovery.RunAsync(AnyAge));
            Assert.Equal(outcome is BulkOutcome.Completed completed ? completed with { Replayed = true } : outcome, AsFirst(outcome, await cluster.Bulks.TransferAsync(command)));
            Assert.True(recoveryComesFirst || outcome is BulkOutcome.Completed, "A client that repeats its request gets it done.");
            Assert.True(isDead || recovered == 0);
            Assert.Equal(money, (await cluster.MoneyAsync(_a, _b, _to)).Sum(wallet => wallet.Balance));
        }

        // Its row, three holds, the decision, three debits, three credits, the end.
        Assert.Equal(12 + 1, steps);
    }

    [Theory]
    [InlineData(CommitPoint.Before)]
    [InlineData(CommitPoint.After)]
    public async Task Wherever_a_coordinator_dies_on_its_way_back_nothing_stays_held(CommitPoint point)
    {
        var steps = 0;
        for (var isDead = true; isDead; steps++)
        {
            var command = Command(new BulkLeg(_a, _to, Usd(10)), new BulkLeg(_a, _to, Usd(20)), new BulkLeg(_b, _to, Usd(1_001)));
            cluster.Faults.DieAt(steps, point);
            var first = await Record.ExceptionAsync(() => cluster.Bulks.TransferAsync(command));
            Assert.True(first is null or UnavailableException, first?.ToString());
            isDead = cluster.Faults.IsDead;
            cluster.Faults.Heal();

            await cluster.BulkRecovery.RunAsync(AnyAge);
            var outcome = await cluster.Bulks.TransferAsync(command);
            Assert.True(outcome is BulkOutcome.Refused { Refusal: WalletRefusal.InsufficientFunds, FailedLeg: 2 } or BulkOutcome.Abandoned, outcome.ToString());
            Assert.Equal([(1_000, 0), (1_000, 0), (0, 0)], await cluster.MoneyAsync(_a, _b, _to));
        }

        // Its row, three holds, the decision, three looks and two releases, the end.
        Assert.Equal(11 + 1, steps);
    }

    [Fact]
    public async Task A_bulk_that_was_left_undecided_is_given_up_and_stays_so()
    {
        var command = Command(new BulkLeg(_a, _to, Usd(10)), new BulkLeg(_b, _to, Usd(20)));
        cluster.Faults.DieAt(3, CommitPoint.Before);
        Assert.Equal(Unknown, await cluster.Bulks.TransferAsync(command));
        cluster.Faults.Heal();
        Assert.Equal(30, (await cluster.MoneyAsync(_a, _b)).Sum(wallet => wallet.Held));

        Assert.Equal(1, await cluster.BulkRecovery.RunAsync(AnyAge));

        Assert.Equal(new BulkOutcome.Abandoned(true), await cluster.Bulks.TransferAsync(command));
        Assert.Equal([(1_000, 0), (1_000, 0), (0, 0)], await cluster.MoneyAsync(_a, _b, _to));
    }

    [Fact]
    public async Task A_young_bulk_is_left_to_its_coordinator()
    {
        var command = Command(new BulkLeg(_a, _to, Usd(10)));
        cluster.Faults.DieAt(2, CommitPoint.Before);
        Assert.Equal(Unknown, await cluster.Bulks.TransferAsync(command));
        cluster.Faults.Heal();
        await cluster.BulkRecovery.RunAsync(GrainLimits.RecoveryAge);
        Assert.IsType<BulkOutcome.Completed>(await cluster.Bulks.TransferAsync(command));
    }

    [Fact]
    public async Task A_bulk_that_is_decided_is_paid_though_its_receiver_was_frozen_since_and_its_payer_closed()
    {
        var payer = await cluster.OpenAsync(10);
        var command = Command(new BulkLeg(payer, _to, Usd(10)), new BulkLeg(_a, _to, Usd(20)));
        cluster.Faults.DieAt(3, CommitPoint.After);
        Assert.Equal(Unknown, await cluster.Bulks.TransferAsync(command));
        cluster.Faults.Heal();
        await cluster.ExecuteAsync(_to, new FreezeWallet(NewRequest()));
        await cluster.ExecuteAsync(payer, new FreezeWallet(NewRequest()));
        await cluster.ExecuteAsync(_a, new FreezeWallet(NewRequest()));

        var recoveries = Task.WhenAll(Enumerable.Range(0, 10).Select(_ => cluster.BulkRecovery.RunAsync(AnyAge)));
        var repeats = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => cluster.Bulks.TransferAsync(command)));
        await recoveries;

        Assert.All(repeats, outcome => Assert.IsType<BulkOutcome.Completed>(outcome));
        Assert.Equal([(0, 0), (980, 0), (30, 0)], await cluster.MoneyAsync(payer, _a, _to));
    }

    [Fact]
    public async Task A_decided_bulk_does_not_try_every_leg_while_nothing_works()
    {
        var command = Command([.. Enumerable.Range(0, 50).Select(_ => new BulkLeg(_a, _to, Usd(10)))]);
        const int BeforeTheDebits = 1 + 50 + 1;
        cluster.Faults.DieAt(BeforeTheDebits, CommitPoint.Before);
        Assert.Equal(Unknown, await cluster.Bulks.TransferAsync(command));
        // Those that were under way when the first one failed have tried; no other one has.
        Assert.InRange(cluster.Faults.Steps, BeforeTheDebits + 1, BeforeTheDebits + GrainLimits.BulkConcurrency);
        cluster.Faults.Heal();

        Assert.Equal(1, await cluster.BulkRecovery.RunAsync(AnyAge));
        Assert.Equal([(500, 0), (500, 0)], await cluster.MoneyAsync(_a, _to));
    }

    [Fact]
    public async Task A_hold_that_is_still_on_its_way_when_its_bulk_is_given_up_holds_nothing()
    {
        var command = Command(new BulkLeg(_a, _to, Usd(10)), new BulkLeg(_b, _to, Usd(20)));
        var (onItsWay, mayArrive) = (new Signal("the hold is on its way"), new Signal("the hold may arrive"));
        cluster.Faults.Delay(step =>
        {
            if (step is not PlaceHold { Amount.MinorUnits: 20 })
            {
                return Task.CompletedTask;
            }

            onItsWay.Raise();
            return mayArrive.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);
        });
        var late = cluster.Bulks.TransferAsync(command);
        await onItsWay.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(1, await cluster.BulkRecovery.RunAsync(AnyAge));
        mayArrive.Raise();

        Assert.Equal(new BulkOutcome.Abandoned(false), await late);
        Assert.Equal([(1_000, 0), (1_000, 0), (0, 0)], await cluster.MoneyAsync(_a, _b, _to));
    }

    [Fact]
    public async Task A_coordinator_that_comes_to_its_decision_late_finds_the_bulk_given_up()
    {
        var command = Command(new BulkLeg(_a, _to, Usd(10)));
        var (deciding, mayDecide) = (new Signal("the coordinator decides"), new Signal("the decision may be written"));
        var writes = 0;
        cluster.Faults.DelayWrites(() =>
        {
            if (Interlocked.Increment(ref writes) != 2)
            {
                return Task.CompletedTask;
            }

            deciding.Raise();
            return mayDecide.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);
        });
        var late = cluster.Bulks.TransferAsync(command);
        await deciding.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(1, await cluster.BulkRecovery.RunAsync(AnyAge));
        mayDecide.Raise();

        Assert.Equal(new BulkOutcome.Abandoned(false), await late);
        Assert.Equal([(1_000, 0), (0, 0)], await cluster.MoneyAsync(_a, _to));
    }

    [Fact]
    public async Task The_recovery_that_comes_late_finds_the_bulk_decided_and_pays_it()
    {
        var command = Command(new BulkLeg(_a, _to, Usd(10)));
        cluster.Faults.DieAt(2, CommitPoint.Before);
        Assert.Equal(Unknown, await cluster.Bulks.TransferAsync(command));
        cluster.Faults.Heal();
        var (givingUp, mayGiveUp) = (new Signal("the recovery gives up"), new Signal("the end may be written"));
        var writes = 0;
        cluster.Faults.DelayWrites(() =>
        {
            if (Interlocked.Increment(ref writes) != 1)
            {
                return Task.CompletedTask;
            }

            givingUp.Raise();
            return mayGiveUp.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);
        });
        var late = cluster.BulkRecovery.RunAsync(AnyAge);
        await givingUp.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.IsType<BulkOutcome.Completed>(await cluster.Bulks.TransferAsync(command));
        mayGiveUp.Raise();

        Assert.Equal(1, await late);
        Assert.Equal([(990, 0), (10, 0)], await cluster.MoneyAsync(_a, _to));
    }

    private static StartBulk Command(params BulkLeg[] legs) => new(Guid.CreateVersion7(), NewRequest(), legs);

    // Records with lists are equal only with the same list.
    private static BulkOutcome AsFirst(BulkOutcome first, BulkOutcome repeated)
    {
        if (first is not BulkOutcome.Completed completed || repeated is not BulkOutcome.Completed again)
        {
            return repeated;
        }

        Assert.Equal(completed.TransferIds, again.TransferIds);
        return again with { TransferIds = completed.TransferIds };
    }

    private async Task AssertAllOrNothingAsync(StartBulk command, BulkOutcome outcome)
    {
        Assert.All(await cluster.MoneyAsync(_a, _b, _to), wallet => Assert.Equal(0, wallet.Held));
        if (outcome is BulkOutcome.Completed completed)
        {
            Assert.Equal(command.Legs.Count, completed.TransferIds.Count);
            var transfers = await Task.WhenAll(completed.TransferIds.Select(cluster.Transfers.FindAsync));
            Assert.All(transfers, transfer => Assert.Equal(TransferStatus.Completed, transfer!.Status));
            return;
        }

        Assert.IsType<BulkOutcome.Abandoned>(outcome);
    }
}
