using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Jobs;
using WalletGrains.Grains.Schedules;
using WalletGrains.Journal;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Schedules;
using WalletGrains.Testing;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Schedules;

/// <summary>Schedules when their time comes.</summary>
[Collection<MemoryClusterTests>]
public sealed class ScheduleRunnerTests(MemoryCluster cluster) : IAsyncLifetime
{
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow.ToWholeMilliseconds();
    private Guid _from;
    private Guid _to;

    public async ValueTask InitializeAsync() => (_from, _to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync());

    public ValueTask DisposeAsync()
    {
        cluster.Faults.Heal();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_single_transfer_is_made_at_its_time_and_once()
    {
        var schedule = await CreateAsync(startsAfter: TimeSpan.FromHours(1));
        Assert.Equal(0, await RunAsync(_start.AddHours(1).AddMilliseconds(-1)));
        Assert.Equal(0, await RunAsync(DateTimeOffset.UtcNow));
        Assert.Equal(1, await RunAsync(_start.AddHours(1)));
        Assert.Equal(0, await RunAsync(_start.AddHours(9)));

        var after = (await cluster.Schedules.FindAsync(schedule.ScheduleId))!;
        Assert.Equal((ScheduleStatus.Completed, null, _start.AddHours(1), null), (after.Status, after.NextAt, after.LastRunAt!.Value, after.LastFailure));
        var transfer = (await cluster.Transfers.FindAsync(after.LastTransferId!.Value))!;
        Assert.Equal((TransferStatus.Completed, _from, _to, Usd(100), "rent"), (transfer.Status, transfer.FromWalletId, transfer.ToWalletId, transfer.Amount, transfer.Description));
        await AssertMoneyAsync(900, 100);
    }

    [Fact]
    public async Task A_recurring_transfer_is_made_at_each_of_its_times_until_its_end()
    {
        var schedule = await CreateAsync(every: "P1D", end: _start.AddDays(3).AddHours(1));
        for (var day = 0; day < 4; day++)
        {
            Assert.Equal(1, await RunAsync(_start.AddDays(day).AddMinutes(1)));
            Assert.Equal(0, await RunAsync(_start.AddDays(day).AddMinutes(2)));
            var after = (await cluster.Schedules.FindAsync(schedule.ScheduleId))!;
            Assert.Equal(day < 3 ? _start.AddDays(day + 1) : null, after.NextAt);
            Assert.Equal(day < 3 ? ScheduleStatus.Active : ScheduleStatus.Completed, after.Status);
        }

        Assert.Equal(0, await RunAsync(_start.AddYears(1)));
        await AssertMoneyAsync(600, 400);
    }

    [Fact]
    public async Task Times_that_were_missed_are_caught_up_once()
    {
        var schedule = await CreateAsync(every: "PT1H");
        Assert.Equal(1, await RunAsync(_start.AddHours(50.5)));
        Assert.Equal(0, await RunAsync(_start.AddHours(50.9)));
        Assert.Equal(_start.AddHours(51), (await cluster.Schedules.FindAsync(schedule.ScheduleId))!.NextAt);
        Assert.Equal(1, await RunAsync(_start.AddHours(51)));
        await AssertMoneyAsync(800, 200);
    }

    [Fact]
    public async Task A_refusal_is_recorded_and_the_schedule_goes_on_and_one_for_once_ends()
    {
        var recurring = await CreateAsync(every: "P1D", amount: 700);
        Assert.Equal(1, await RunAsync(_start));
        Assert.Equal(1, await RunAsync(_start.AddDays(1)));
        var refused = (await cluster.Schedules.FindAsync(recurring.ScheduleId))!;
        Assert.Equal(
            (ScheduleStatus.Active, _start.AddDays(2), WalletRefusal.InsufficientFunds, null, _start.AddDays(1)),
            (refused.Status, refused.NextAt!.Value, refused.LastFailure!.Value, refused.LastTransferId, refused.LastRunAt!.Value));

        await cluster.ExecuteAsync(_from, new Deposit(NewRequest(), Usd(400)));
        Assert.Equal(1, await RunAsync(_start.AddDays(2)));
        Assert.Null((await cluster.Schedules.FindAsync(recurring.ScheduleId))!.LastFailure);
        await AssertMoneyAsync(0, 1_400);

        var once = await CreateAsync(amount: 1);
        Assert.Equal(1, await RunAsync(_start.AddHours(1)));
        var failed = (await cluster.Schedules.FindAsync(once.ScheduleId))!;
        Assert.Equal((ScheduleStatus.Failed, null, WalletRefusal.InsufficientFunds), (failed.Status, failed.NextAt, failed.LastFailure!.Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_schedule_ends_when_a_wallet_of_it_is_closed(bool isPayer)
    {
        var schedule = await CreateAsync(every: "P1D");
        var closed = isPayer ? _from : _to;
        if (isPayer)
        {
            await cluster.ExecuteAsync(_from, new Withdraw(NewRequest(), Usd(1_000)));
        }

        await cluster.ExecuteAsync(closed, new CloseWallet(NewRequest()));
        Assert.Equal(1, await RunAsync(_start));
        var ended = (await cluster.Schedules.FindAsync(schedule.ScheduleId))!;
        Assert.Equal((ScheduleStatus.Failed, null, WalletRefusal.WalletClosed), (ended.Status, ended.NextAt, ended.LastFailure!.Value));
        Assert.Equal(isPayer, ended.LastTransferId is null);
        await AssertMoneyAsync(isPayer ? 0 : 1_000, 0);
    }

    [Fact]
    public async Task A_cancelled_schedule_makes_no_transfer()
    {
        var schedule = await CreateAsync(every: "P1D");
        Assert.Equal(1, await RunAsync(_start));
        await cluster.Schedules.CancelAsync(schedule.ScheduleId);
        Assert.Equal(0, await RunAsync(_start.AddDays(30)));
        await AssertMoneyAsync(900, 100);
    }

    [Theory]
    [InlineData(CommitPoint.Before)]
    [InlineData(CommitPoint.After)]
    public async Task Wherever_a_runner_dies_the_transfer_is_made_once(CommitPoint point)
    {
        var (steps, runs) = (0, 0);
        var schedule = await CreateAsync(every: "P1D");
        for (var isDead = true; isDead; steps++, runs++)
        {
            var dueAt = _start.AddDays(runs);
            cluster.Faults.DieAt(steps, point);
            await RunAsync(dueAt);
            isDead = cluster.Faults.IsDead;
            cluster.Faults.Heal();
            await RunAsync(dueAt.AddMinutes(1));
            await AssertMoneyAsync(1_000 - (100 * (runs + 1)), 100 * (runs + 1));
            Assert.Equal(_start.AddDays(runs + 1), (await cluster.Schedules.FindAsync(schedule.ScheduleId))!.NextAt);
        }

        // The debit, the credit, and the schedule that moves on.
        Assert.Equal(3 + 1, steps);
    }

    [Fact]
    public async Task Many_runs_at_the_same_time_make_one_transfer_and_move_on_once()
    {
        var schedule = await CreateAsync(every: "P1D");
        var row = (await cluster.ScheduleStore.FindAsync(schedule.ScheduleId, TestContext.Current.CancellationToken))!;
        var (onItsWay, mayArrive) = (new Signal("the transfer is on its way"), new Signal("the transfer may arrive"));
        cluster.Faults.Delay(step =>
        {
            onItsWay.Raise();
            return mayArrive.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);
        });
        var late = cluster.ScheduleRunner.RunAsync(schedule.ScheduleId, _start);
        await onItsWay.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);

        // Another worker, to whom the lease of the job was given, has done it meanwhile.
        cluster.Faults.Heal();
        var transfer = new StartTransfer(RequestId.ForSchedule(row.ScheduleId, row.NextAt!.Value), _from, _to, Usd(100), "rent");
        var made = Assert.IsType<TransferOutcome.Completed>(await cluster.Transfers.TransferAsync(transfer));
        await cluster.ScheduleStore.AdvanceAsync(
            new ScheduleRun(row.ScheduleId, _start, ScheduleState.Active, _start.AddDays(1), _start, made.TransferId, null), TestContext.Current.CancellationToken);
        mayArrive.Raise();

        Assert.Equal(_start.AddDays(1), await late);
        Assert.Equal(_start.AddDays(1), (await cluster.Schedules.FindAsync(schedule.ScheduleId))!.NextAt);
        await AssertMoneyAsync(900, 100);
    }

    [Fact]
    public async Task The_job_of_a_schedule_runs_it_at_its_times_and_ends_with_it()
    {
        var schedule = await CreateAsync(every: "P1D", end: _start.AddDays(1));
        var row = Assert.Single(await cluster.JobStore.ReadAsync(new JobQuery("schedule", null, null, JournalLimits.MaxPage), TestContext.Current.CancellationToken), job => job.Key == schedule.ScheduleId.ToString());
        Assert.Equal((schedule.ScheduleId, JobState.Queued, _start), (row.JobId, row.State, row.DueAt));

        Assert.Equal(new JobOutcome.Again(_start.AddDays(1)), await RunJobAsync(dueAt: _start));
        Assert.Equal(new JobOutcome.Again(_start.AddDays(1)), await RunJobAsync(dueAt: _start));
        await AssertMoneyAsync(900, 100);

        Assert.Equal(new JobOutcome.Done(), await RunJobAsync(dueAt: _start.AddDays(1)));
        Assert.Equal(new JobOutcome.Done(), await RunJobAsync(dueAt: _start.AddDays(1)));
        await AssertMoneyAsync(800, 200);

        Task<JobOutcome> RunJobAsync(DateTimeOffset dueAt) =>
            new ScheduleJob(cluster.Client).RunAsync(new JobRun(row.JobId, row.Key, row.Payload, dueAt, ClaimedAt: dueAt, 1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_job_that_is_late_catches_up_all_missed_times_with_one_transfer()
    {
        var schedule = await CreateAsync(every: "PT1H");
        var run = new JobRun(schedule.ScheduleId, schedule.ScheduleId.ToString(), default, _start, ClaimedAt: _start.AddHours(5.5), 1);
        Assert.Equal(new JobOutcome.Again(_start.AddHours(6)), await new ScheduleJob(cluster.Client).RunAsync(run, TestContext.Current.CancellationToken));
        await AssertMoneyAsync(900, 100);
    }

    [Fact]
    public async Task A_schedule_that_was_made_without_a_job_gets_one_for_its_time_once()
    {
        var scheduleId = Guid.CreateVersion7();
        var row = new ScheduleRow(
            scheduleId, _from, _to, 100, "USD", null, _start, null, null, NewRequest().Value, new byte[16],
            ScheduleState.Active, _start.AddMinutes(1), null, null, null, _start, _start);
        var other = new NewJob(scheduleId, "made by nobody", scheduleId.ToString(), ReadOnlyMemory<byte>.Empty);
        var store = new MemoryJobStore(TimeProvider.System);
        var schedules = new MemoryScheduleStore(store);
        await schedules.CreateAsync(row, other, 1, TestContext.Current.CancellationToken);

        var recovery = new ScheduleRecovery(schedules, store, NullLogger<ScheduleRecovery>.Instance);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(new JobOutcome.Done(), await recovery.RunAsync(new JobRun(Guid.NewGuid(), "recurring", default, _start, _start, 1), TestContext.Current.CancellationToken));
            var job = Assert.Single(await store.ReadAsync(new JobQuery("schedule", null, null, JournalLimits.MaxPage), TestContext.Current.CancellationToken));
            Assert.Equal((scheduleId.ToString(), JobState.Queued, _start.AddMinutes(1)), (job.Key, job.State, job.DueAt));
        }
    }

    [Fact]
    public async Task A_schedule_that_there_is_not_has_no_next_time() =>
        Assert.Null(await cluster.ScheduleRunner.RunAsync(Guid.CreateVersion7(), _start));

    [Fact]
    public async Task A_schedule_of_a_payer_that_never_was_fails_its_job_each_time()
    {
        var poison = new ScheduleRow(
            Guid.CreateVersion7(), Guid.CreateVersion7(), _to, 1, "USD", null, _start, null, null, "c:poison", new byte[16],
            ScheduleState.Active, _start, null, null, null, _start, _start);
        await cluster.ScheduleStore.CreateAsync(poison, ScheduleJob.For(poison.ScheduleId, _start.AddYears(1)), 1, TestContext.Current.CancellationToken);
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.ScheduleRunner.RunAsync(poison.ScheduleId, _start));
        }
    }

    /// <summary>What the jobs of the payer's schedules do at a time; how many schedules moved on.</summary>
    private async Task<int> RunAsync(DateTimeOffset at)
    {
        var moved = 0;
        foreach (var before in (await cluster.Schedules.ListAsync(_from, null, Limits.MaxPageSize)).Items)
        {
            var error = await Record.ExceptionAsync(() => cluster.ScheduleRunner.RunAsync(before.ScheduleId, at));
            Assert.True(error is null or UnavailableException, error?.ToString());
            moved += await cluster.Schedules.FindAsync(before.ScheduleId) == before ? 0 : 1;
        }

        return moved;
    }

    private async Task<Schedule> CreateAsync(TimeSpan startsAfter = default, string? every = null, DateTimeOffset? end = null, long amount = 100)
    {
        var command = new CreateSchedule(
            NewRequest(), _from, _to, Usd(amount), _start + startsAfter, every is null ? null : Period.Parse(every), end, "rent");
        return Assert.IsType<ScheduleOutcome.Created>(await cluster.Schedules.CreateAsync(command)).Schedule;
    }

    private async Task AssertMoneyAsync(long from, long to) => Assert.Equal([(from, 0), (to, 0)], await cluster.MoneyAsync(_from, _to));
}
