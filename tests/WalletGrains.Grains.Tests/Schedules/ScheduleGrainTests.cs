using WalletGrains.Contracts;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Schedules;

/// <summary>Schedules as they are made, shown and cancelled.</summary>
[Collection<MemoryClusterTests>]
public sealed class ScheduleGrainTests(MemoryCluster cluster)
{
    // Far behind what the other tests of this cluster run.
    private static readonly DateTimeOffset Later = DateTimeOffset.UtcNow.AddYears(900);

    [Fact]
    public async Task A_schedule_is_shown_as_it_was_asked_for()
    {
        var (from, to) = (await cluster.OpenAsync(), await cluster.OpenAsync());
        var command = Command(from, to) with { Every = Period.Parse("P1W"), EndAt = Later.AddYears(1), Description = "rent", StartAt = Later.AddTicks(1) };
        var created = Created(await cluster.Schedules.CreateAsync(command));
        Assert.False(created.Replayed);
        var schedule = created.Schedule;
        Assert.Equal(
            (from, to, Usd(100), "rent", ScheduleStatus.Active, "P1W"),
            (schedule.WalletId, schedule.ToWalletId, schedule.Amount, schedule.Description, schedule.Status, schedule.Every!.Text));
        Assert.True(schedule.NextAt == schedule.StartAt && Later - schedule.StartAt < TimeSpan.FromMilliseconds(1));
        Assert.Equal(schedule, await cluster.Schedules.FindAsync(schedule.ScheduleId));
        Assert.Null(await cluster.Schedules.FindAsync(Guid.CreateVersion7()));
    }

    [Fact]
    public async Task A_repeated_request_is_answered_with_the_first_schedule_as_it_was()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync());
        var command = Command(from, to) with { Every = Period.Parse("P1D"), StartAt = DateTimeOffset.UtcNow };
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cluster.Schedules.CreateAsync(command)));
        var first = Created(answers.Single(answer => !Created(answer).Replayed));
        Assert.All(answers, answer => Assert.Equal(first.Schedule, Created(answer).Schedule));

        await cluster.ScheduleRunner.RunAsync(first.Schedule.ScheduleId, command.StartAt.AddDays(2));
        await cluster.Schedules.CancelAsync(first.Schedule.ScheduleId);
        await cluster.ExecuteAsync(to, new Withdraw(NewRequest(), Usd(100)));
        await cluster.ExecuteAsync(to, new CloseWallet(NewRequest()));
        Assert.Equal(first with { Replayed = true }, await cluster.Schedules.CreateAsync(command));
        Assert.Equal(
            new ScheduleOutcome.NotDecided(NotDecidedReason.RequestIdReused),
            await cluster.Schedules.CreateAsync(command with { Amount = Usd(101) }));
    }

    [Fact]
    public async Task A_schedule_that_cannot_be_is_turned_away_and_uses_no_request_id_up()
    {
        var (from, to, naira, closed) = (await cluster.OpenAsync(), await cluster.OpenAsync(), await cluster.OpenAsync(currency: "NGN"), await cluster.OpenAsync());
        await cluster.ExecuteAsync(closed, new CloseWallet(NewRequest()));
        var command = Command(from, to);
        foreach (var (bad, expected) in new (CreateSchedule, ScheduleOutcome)[]
        {
            (command with { ToWalletId = from }, new ScheduleOutcome.Invalid(TransferInvalidReason.SameWallet)),
            (command with { ToWalletId = Guid.CreateVersion7() }, new ScheduleOutcome.Invalid(TransferInvalidReason.ReceiverNotFound)),
            (command with { ToWalletId = naira }, new ScheduleOutcome.Invalid(TransferInvalidReason.ReceiverCurrencyMismatch)),
            (command with { WalletId = naira }, new ScheduleOutcome.Invalid(TransferInvalidReason.TransferCurrencyMismatch)),
            (command with { WalletId = Guid.CreateVersion7() }, new ScheduleOutcome.NotDecided(NotDecidedReason.WalletNotFound)),
            (command with { ToWalletId = closed }, new ScheduleOutcome.Refused(ScheduleRefusal.WalletClosed)),
            (command with { WalletId = closed }, new ScheduleOutcome.Refused(ScheduleRefusal.WalletClosed)),
            (command with { StartAt = DateTimeOffset.UtcNow - (2 * Limits.ScheduleTolerance) }, new ScheduleOutcome.Refused(ScheduleRefusal.StartsInThePast)),
        })
        {
            Assert.Equal(expected, await cluster.Schedules.CreateAsync(bad));
        }

        Assert.False(Created(await cluster.Schedules.CreateAsync(command)).Replayed);
        await Assert.ThrowsAsync<ArgumentException>(() => cluster.Schedules.CreateAsync(command with { EndAt = command.StartAt.AddTicks(-1) }));
        await Assert.ThrowsAsync<ArgumentException>(() => cluster.Schedules.CreateAsync(command with { Amount = Usd(0) }));
        await Assert.ThrowsAsync<ArgumentException>(() => cluster.Schedules.CreateAsync(command with { Description = "\0" }));
    }

    [Fact]
    public async Task A_payer_has_a_hundred_active_schedules_at_most_and_all_of_them_are_listed()
    {
        var (from, to) = (await cluster.OpenAsync(), await cluster.OpenAsync());
        var made = await Task.WhenAll(Enumerable.Range(0, Limits.MaxActiveSchedules).Select(_ => cluster.Schedules.CreateAsync(Command(from, to))));
        Assert.Equal(new ScheduleOutcome.Refused(ScheduleRefusal.TooManySchedules), await cluster.Schedules.CreateAsync(Command(from, to)));
        var cancelled = Created(made[0]).Schedule.ScheduleId;
        await cluster.Schedules.CancelAsync(cancelled);
        await cluster.Schedules.CancelAsync(cancelled);
        await cluster.Schedules.CancelAsync(Guid.CreateVersion7());
        Created(await cluster.Schedules.CreateAsync(Command(from, to)));

        var first = await cluster.Schedules.ListAsync(from, null, 70);
        var second = await cluster.Schedules.ListAsync(from, first.Items[^1].ScheduleId, 70);
        Assert.Equal((70, true, 31, false), (first.Items.Count, first.HasMore, second.Items.Count, second.HasMore));
        var all = first.Items.Concat(second.Items).ToList();
        Assert.Equal(all.Select(schedule => schedule.ScheduleId).Order(), all.Select(schedule => schedule.ScheduleId));
        Assert.Equal((ScheduleStatus.Cancelled, null), (Assert.Single(all, schedule => schedule.Status is not ScheduleStatus.Active).Status, all.Single(schedule => schedule.ScheduleId == cancelled).NextAt));
    }

    private static ScheduleOutcome.Created Created(ScheduleOutcome outcome) => Assert.IsType<ScheduleOutcome.Created>(outcome);

    private static CreateSchedule Command(Guid from, Guid to) => new(NewRequest(), from, to, Usd(100), Later);
}
