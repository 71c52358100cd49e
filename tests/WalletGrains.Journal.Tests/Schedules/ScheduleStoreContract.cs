using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Schedules;
using Xunit;

namespace WalletGrains.Journal.Tests.Schedules;

/// <summary>What every store of schedules promises. Each store runs all of it.</summary>
public abstract class ScheduleStoreContract
{
    private const int Many = 100;

    private static readonly DateTimeOffset T0 = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>The store under test.</summary>
    protected abstract IScheduleStore Store { get; }

    /// <summary>A second one over the same data, as another silo has it.</summary>
    protected abstract IScheduleStore OtherSilo { get; }

    /// <summary>Where the jobs of schedules are.</summary>
    protected abstract IJobStore Jobs { get; }

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_schedule_is_read_as_it_was_written()
    {
        var once = NewSchedule();
        var recurring = NewSchedule() with { Every = "P1M", EndAt = T0.AddYears(1), Description = "rent 😀" };
        foreach (var schedule in new[] { once, recurring })
        {
            var created = await CreateAsync(Store, schedule, Many);
            Assert.True(created.IsNew);
            AssertSame(schedule, created.Stored);
            AssertSame(schedule, await OtherSilo.FindAsync(schedule.ScheduleId, Cancelled));
            AssertSame(schedule, await OtherSilo.FindByRequestAsync(schedule.WalletId, schedule.RequestId, Cancelled));
        }

        Assert.Null(await Store.FindAsync(Guid.CreateVersion7(), Cancelled));
        Assert.Null(await Store.FindByRequestAsync(once.WalletId, "other", Cancelled));
    }

    [Fact]
    public async Task A_request_id_that_is_taken_gives_the_schedule_that_has_it()
    {
        var first = NewSchedule();
        var creations = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            CreateAsync(i % 2 == 0 ? Store : OtherSilo, first with { ScheduleId = Guid.CreateVersion7() }, Many)));
        Assert.Single(creations, creation => creation.IsNew);
        Assert.Single(creations.Select(creation => creation.Stored!.ScheduleId).Distinct());

        // Also when its payer has too many by now.
        var again = await CreateAsync(Store, first with { ScheduleId = Guid.CreateVersion7(), AmountMinor = 9 }, 1);
        Assert.Equal((creations[0].Stored!.ScheduleId, false), (again.Stored!.ScheduleId, again.IsNew));
        Assert.True((await CreateAsync(Store, NewSchedule() with { RequestId = first.RequestId }, Many)).IsNew);
    }

    [Fact]
    public async Task A_payer_has_no_more_active_schedules_than_allowed_however_many_are_made_at_the_same_time()
    {
        var walletId = Guid.CreateVersion7();
        var creations = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            CreateAsync(i % 2 == 0 ? Store : OtherSilo, NewSchedule() with { WalletId = walletId }, 7)));
        Assert.Equal(7, creations.Count(creation => creation.IsNew));
        Assert.All(creations, creation => Assert.Equal(creation.IsNew, creation.Stored is not null));

        // One that has ended leaves room.
        Assert.True(await Store.CancelAsync(creations.First(creation => creation.IsNew).Stored!.ScheduleId, T0, Cancelled));
        Assert.True((await CreateAsync(Store, NewSchedule() with { WalletId = walletId }, 7)).IsNew);
        Assert.False((await CreateAsync(Store, NewSchedule() with { WalletId = walletId }, 7)).IsNew);
    }

    [Fact]
    public async Task A_run_moves_a_schedule_on_from_the_time_it_was_for_and_from_no_other()
    {
        var schedule = NewSchedule() with { Every = "P1D" };
        await CreateAsync(Store, schedule, Many);
        var transferId = Guid.CreateVersion7();
        var run = new ScheduleRun(schedule.ScheduleId, T0, ScheduleState.Active, T0.AddDays(1), T0.AddMinutes(1), transferId, null);
        Assert.False(await Store.AdvanceAsync(run with { DueAt = T0.AddDays(-1) }, Cancelled));
        var moved = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? Store : OtherSilo).AdvanceAsync(run, Cancelled)));
        Assert.Single(moved, isMoved => isMoved);
        var after = schedule with { NextAt = T0.AddDays(1), LastRunAt = T0.AddMinutes(1), LastTransferId = transferId, UpdatedAt = T0.AddMinutes(1) };
        AssertSame(after, await Store.FindAsync(schedule.ScheduleId, Cancelled));

        Assert.True(await OtherSilo.AdvanceAsync(
            new ScheduleRun(schedule.ScheduleId, T0.AddDays(1), ScheduleState.Failed, null, T0.AddDays(2), null, "WALLET_CLOSED"), Cancelled));
        AssertSame(
            after with { State = ScheduleState.Failed, NextAt = null, LastRunAt = T0.AddDays(2), LastTransferId = null, LastFailureCode = "WALLET_CLOSED", UpdatedAt = T0.AddDays(2) },
            await Store.FindAsync(schedule.ScheduleId, Cancelled));
    }

    [Fact]
    public async Task A_cancelled_schedule_never_moves_on()
    {
        var schedule = NewSchedule();
        await CreateAsync(Store, schedule, Many);
        Assert.True(await Store.CancelAsync(schedule.ScheduleId, T0.AddMinutes(1), Cancelled));
        Assert.False(await OtherSilo.CancelAsync(schedule.ScheduleId, T0.AddMinutes(2), Cancelled));
        Assert.False(await Store.CancelAsync(Guid.CreateVersion7(), T0, Cancelled));
        Assert.False(await Store.AdvanceAsync(new ScheduleRun(schedule.ScheduleId, T0, ScheduleState.Completed, null, T0, null, null), Cancelled));
        AssertSame(schedule with { State = ScheduleState.Cancelled, NextAt = null, UpdatedAt = T0.AddMinutes(1) }, await Store.FindAsync(schedule.ScheduleId, Cancelled));
    }

    [Fact]
    public async Task The_schedules_of_a_payer_are_read_in_pages_those_that_ended_among_them()
    {
        var walletId = Guid.CreateVersion7();
        var schedules = Enumerable.Range(0, 5).Select(_ => NewSchedule() with { WalletId = walletId }).OrderBy(schedule => schedule.ScheduleId).ToArray();
        await Task.WhenAll(schedules.Select(schedule => CreateAsync(Store, schedule, Many)));
        await Store.CancelAsync(schedules[1].ScheduleId, T0, Cancelled);
        var page = await OtherSilo.ReadOfWalletAsync(walletId, Guid.Empty, 2, Cancelled);
        var rest = await OtherSilo.ReadOfWalletAsync(walletId, page[^1].ScheduleId, 100, Cancelled);
        Assert.Equal(schedules.Select(schedule => schedule.ScheduleId), page.Concat(rest).Select(schedule => schedule.ScheduleId));
        Assert.Equal(2, page.Count);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ReadOfWalletAsync(walletId, Guid.Empty, 0, Cancelled));
    }

    [Fact]
    public async Task A_schedule_is_written_with_its_job_and_one_that_is_not_written_has_none()
    {
        var (first, repeated) = (NewSchedule(), NewSchedule());
        repeated = repeated with { WalletId = first.WalletId, RequestId = first.RequestId };
        var oneTooMany = NewSchedule() with { WalletId = first.WalletId };
        foreach (var schedule in new[] { first, repeated, oneTooMany })
        {
            await CreateAsync(Store, schedule, 1);
        }

        var row = (await Jobs.FindAsync(first.ScheduleId, Cancelled))!;
        Assert.Equal(("schedule", first.ScheduleId.ToString(), JobState.Queued, T0), (row.Kind, row.Key, row.State, row.DueAt));
        Assert.Null(await Jobs.FindAsync(repeated.ScheduleId, Cancelled));
        Assert.Null(await Jobs.FindAsync(oneTooMany.ScheduleId, Cancelled));
    }

    [Fact]
    public async Task Schedules_without_a_job_are_found_when_their_time_is_near_and_before_those_that_come_later()
    {
        // As a version from before there were jobs makes them: of this kind they have none, whatever they have of another one.
        var (kind, now) = ($"kind-{Guid.NewGuid():N}", DateTimeOffset.UtcNow);
        var (late, soon, far, over) = (Due(now.AddDays(-1)), Due(now.AddMinutes(1)), Due(now.AddHours(2)), Due(now.AddDays(-2)));
        foreach (var schedule in new[] { soon, far, over, late })
        {
            await CreateAsync(Store, schedule, Many);
        }

        await Store.CancelAsync(over.ScheduleId, now, Cancelled);
        Assert.Equal([late.ScheduleId, soon.ScheduleId], await FindAsync());
        Assert.Single(await OtherSilo.ReadWithoutJobAsync(kind, TimeSpan.FromHours(1), 1, Cancelled));

        await Jobs.EnqueueAsync(new NewJob(Guid.CreateVersion7(), kind, late.ScheduleId.ToString(), ReadOnlyMemory<byte>.Empty), Cancelled);
        Assert.Equal([soon.ScheduleId], await FindAsync());

        ScheduleRow Due(DateTimeOffset at) => NewSchedule() with { StartAt = at, NextAt = at };

        async Task<IEnumerable<Guid>> FindAsync()
        {
            // Of a store that other tests use as well.
            Guid[] own = [late.ScheduleId, soon.ScheduleId, far.ScheduleId, over.ScheduleId];
            var found = await Store.ReadWithoutJobAsync(kind, TimeSpan.FromHours(1), JournalLimits.MaxPage, Cancelled);
            return found.Select(schedule => schedule.ScheduleId).Where(own.Contains);
        }
    }

    [Fact]
    public async Task What_no_schedule_can_be_is_rejected()
    {
        var schedule = NewSchedule();
        foreach (var bad in new[]
        {
            schedule with { AmountMinor = 0 }, schedule with { RequestId = "" }, schedule with { Fingerprint = new byte[17] }, schedule with { NextAt = null },
            schedule with { State = ScheduleState.Completed }, schedule with { State = (ScheduleState)9, NextAt = null },
        })
        {
            await Assert.ThrowsAsync<JournalRejectedException>(() => CreateAsync(Store, bad, Many));
        }

        await CreateAsync(Store, schedule, Many);
        await Assert.ThrowsAsync<JournalRejectedException>(() =>
            Store.AdvanceAsync(new ScheduleRun(schedule.ScheduleId, T0, ScheduleState.Active, null, T0, null, null), Cancelled));
    }

    private protected static Task<ScheduleCreation> CreateAsync(IScheduleStore store, ScheduleRow schedule, int maxActive) => store.CreateAsync(
        schedule, new NewJob(schedule.ScheduleId, "schedule", schedule.ScheduleId.ToString(), ReadOnlyMemory<byte>.Empty, T0), maxActive, Cancelled);

    private protected static ScheduleRow NewSchedule() => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), 1_000, "NGN", null, T0, null, null, "c:" + Guid.NewGuid(), new byte[16],
        ScheduleState.Active, T0, null, null, null, T0, T0);

    private static void AssertSame(ScheduleRow expected, ScheduleRow? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Fingerprint.ToArray(), actual.Fingerprint.ToArray());
        Assert.Equal(expected with { Fingerprint = default }, actual with { Fingerprint = default });
    }
}
