using WalletGrains.Journal.Bulks;
using Xunit;

namespace WalletGrains.Journal.Tests.Bulks;

/// <summary>What every store of bulk transfers promises. Each store runs all of it.</summary>
public abstract class BulkStoreContract
{
    private static readonly DateTimeOffset T0 = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>The store under test.</summary>
    protected abstract IBulkStore Store { get; }

    /// <summary>A second one over the same data, as another silo has it.</summary>
    protected abstract IBulkStore OtherSilo { get; }

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bulk_is_read_as_it_was_written()
    {
        var bulk = NewBulk() with { CreatedAt = T0.AddTicks(12_345_678), UpdatedAt = T0.AddTicks(12_345_678) };
        var (stored, isNew) = await Store.CreateAsync(bulk, Cancelled);
        Assert.True(isNew);
        var expected = bulk with { CreatedAt = T0.AddTicks(12_345_670), UpdatedAt = T0.AddTicks(12_345_670) };
        AssertSame(expected, stored);
        AssertSame(expected, await OtherSilo.FindAsync(bulk.BulkId, Cancelled));
        Assert.Null(await Store.FindAsync(Guid.CreateVersion7(), Cancelled));
    }

    [Fact]
    public async Task A_request_id_that_is_taken_gives_the_bulk_that_has_it()
    {
        var first = NewBulk();
        await Store.CreateAsync(first, Cancelled);
        var (again, isNew) = await OtherSilo.CreateAsync(NewBulk() with { CallerId = first.CallerId, RequestId = first.RequestId, Legs = "[1]"u8.ToArray() }, Cancelled);
        Assert.False(isNew);
        AssertSame(first, again);

        // Ids of requests are the caller's own.
        Assert.True((await Store.CreateAsync(NewBulk() with { RequestId = first.RequestId }, Cancelled)).IsNew);
        Assert.True((await Store.CreateAsync(NewBulk() with { CallerId = first.CallerId }, Cancelled)).IsNew);
    }

    [Fact]
    public async Task Of_fifty_writers_of_one_request_one_writes_and_all_get_its_bulk()
    {
        var first = NewBulk();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            (i % 2 == 0 ? Store : OtherSilo).CreateAsync(first with { BulkId = Guid.CreateVersion7() }, Cancelled)));
        Assert.Single(answers, answer => answer.IsNew);
        Assert.Single(answers.Select(answer => answer.Stored.BulkId).Distinct());
    }

    [Fact]
    public async Task A_bulk_moves_from_the_state_it_has_and_from_no_other()
    {
        var bulk = NewBulk();
        await Store.CreateAsync(bulk, Cancelled);
        Assert.False(await Store.MoveAsync(new BulkMove(bulk.BulkId, BulkState.Posting, BulkState.Completed, T0.AddMinutes(1)), Cancelled));
        Assert.True(await Store.MoveAsync(new BulkMove(bulk.BulkId, BulkState.Reserving, BulkState.Posting, T0.AddMinutes(2)), Cancelled));
        Assert.False(await OtherSilo.MoveAsync(
            new BulkMove(bulk.BulkId, BulkState.Reserving, BulkState.Releasing, T0.AddMinutes(3), null, "ABANDONED"), Cancelled));
        AssertSame(bulk with { State = BulkState.Posting, UpdatedAt = T0.AddMinutes(2) }, await Store.FindAsync(bulk.BulkId, Cancelled));
        Assert.True(await OtherSilo.MoveAsync(new BulkMove(bulk.BulkId, BulkState.Posting, BulkState.Completed, T0.AddMinutes(4)), Cancelled));
        AssertSame(bulk with { State = BulkState.Completed, UpdatedAt = T0.AddMinutes(4) }, await Store.FindAsync(bulk.BulkId, Cancelled));
        Assert.False(await Store.MoveAsync(new BulkMove(Guid.CreateVersion7(), BulkState.Reserving, BulkState.Posting, T0), Cancelled));
    }

    [Fact]
    public async Task A_bulk_that_moves_nothing_keeps_why()
    {
        var bulk = NewBulk();
        await Store.CreateAsync(bulk, Cancelled);
        Assert.True(await Store.MoveAsync(
            new BulkMove(bulk.BulkId, BulkState.Reserving, BulkState.Releasing, T0.AddMinutes(1), 99, "INSUFFICIENT_FUNDS"), Cancelled));
        Assert.True(await Store.MoveAsync(new BulkMove(bulk.BulkId, BulkState.Releasing, BulkState.Failed, T0.AddMinutes(2)), Cancelled));
        AssertSame(
            bulk with { State = BulkState.Failed, FailedLeg = 99, FailureCode = "INSUFFICIENT_FUNDS", UpdatedAt = T0.AddMinutes(2) },
            await Store.FindAsync(bulk.BulkId, Cancelled));
    }

    [Fact]
    public async Task Of_coordinators_that_decide_a_bulk_differently_at_the_same_time_one_decides_it()
    {
        var bulk = NewBulk();
        await Store.CreateAsync(bulk, Cancelled);
        var moves = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 3 == 0 ? OtherSilo : Store).MoveAsync(
            i % 2 == 0
                ? new BulkMove(bulk.BulkId, BulkState.Reserving, BulkState.Posting, T0)
                : new BulkMove(bulk.BulkId, BulkState.Reserving, BulkState.Releasing, T0, i, "ABANDONED"),
            Cancelled)));
        var winner = Array.IndexOf(moves, true);
        Assert.Single(moves, moved => moved);
        Assert.Equal(winner % 2 == 0 ? BulkState.Posting : BulkState.Releasing, (await Store.FindAsync(bulk.BulkId, Cancelled))!.State);
    }

    [Theory]
    [InlineData(BulkState.Reserving, BulkState.Completed)]
    [InlineData(BulkState.Reserving, BulkState.Failed)]
    [InlineData(BulkState.Reserving, BulkState.Reserving)]
    public async Task A_step_that_there_is_not_is_rejected(BulkState from, BulkState to)
    {
        var bulk = NewBulk();
        await Store.CreateAsync(bulk, Cancelled);
        await Assert.ThrowsAsync<JournalRejectedException>(() => Store.MoveAsync(new BulkMove(bulk.BulkId, from, to, T0), Cancelled));
        AssertSame(bulk, await Store.FindAsync(bulk.BulkId, Cancelled));
    }

    [Fact]
    public async Task What_no_bulk_can_be_is_rejected()
    {
        var bulk = NewBulk();
        foreach (var bad in new[]
        {
            bulk with { RequestId = "" }, bulk with { RequestId = new string('x', 1025) }, bulk with { Fingerprint = new byte[15] },
            bulk with { State = (BulkState)9 }, bulk with { FailureCode = "ABANDONED" },
        })
        {
            await Assert.ThrowsAsync<JournalRejectedException>(() => Store.CreateAsync(bad, Cancelled));
        }

        await Store.CreateAsync(bulk, Cancelled);
        await Assert.ThrowsAsync<JournalRejectedException>(() =>
            Store.MoveAsync(new BulkMove(bulk.BulkId, BulkState.Reserving, BulkState.Releasing, T0), Cancelled));
    }

    [Fact]
    public async Task Unfinished_bulks_are_those_untouched_since_oldest_first()
    {
        var longAgo = T0.AddYears(-1);
        var bulks = Enumerable.Range(0, 6).Select(i => NewBulk() with { UpdatedAt = longAgo.AddMinutes(i / 2) }).OrderBy(bulk => (bulk.UpdatedAt, bulk.BulkId)).ToArray();
        await Task.WhenAll(bulks.Reverse().Select(bulk => Store.CreateAsync(bulk, Cancelled)));
        await Store.MoveAsync(new BulkMove(bulks[1].BulkId, BulkState.Reserving, BulkState.Posting, bulks[1].UpdatedAt), Cancelled);
        await Store.MoveAsync(new BulkMove(bulks[2].BulkId, BulkState.Reserving, BulkState.Posting, bulks[2].UpdatedAt), Cancelled);
        await Store.MoveAsync(new BulkMove(bulks[2].BulkId, BulkState.Posting, BulkState.Completed, bulks[2].UpdatedAt), Cancelled);
        await Store.MoveAsync(new BulkMove(bulks[3].BulkId, BulkState.Reserving, BulkState.Releasing, bulks[3].UpdatedAt, 0, "ABANDONED"), Cancelled);

        // The store is shared with other tests, whose bulks are younger.
        var before = longAgo.AddMinutes(2);
        var page = await OtherSilo.ReadUnfinishedAsync(before, null, 2, Cancelled);
        var rest = await OtherSilo.ReadUnfinishedAsync(before, page[^1], 100, Cancelled);
        Assert.Equal([bulks[0].BulkId, bulks[1].BulkId], page.Select(bulk => bulk.BulkId));
        Assert.Equal([bulks[3].BulkId], rest.Select(bulk => bulk.BulkId));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ReadUnfinishedAsync(before, null, JournalLimits.MaxPage + 1, Cancelled));
    }

    [Fact]
    public async Task Unfinished_bulks_of_a_wrong_future_are_among_those_untouched_since()
    {
        var bulk = NewBulk() with { UpdatedAt = DateTimeOffset.UtcNow.AddYears(1) };
        var soon = NewBulk() with { UpdatedAt = DateTimeOffset.UtcNow.AddSeconds(10) };
        await Task.WhenAll(Store.CreateAsync(bulk, Cancelled), Store.CreateAsync(soon, Cancelled));
        var unfinished = await OtherSilo.ReadUnfinishedAsync(T0.AddYears(-10), null, 100, Cancelled);

        // Other tests read what is unfinished as well.
        await Store.MoveAsync(new BulkMove(bulk.BulkId, BulkState.Reserving, BulkState.Posting, T0), Cancelled);
        await Store.MoveAsync(new BulkMove(bulk.BulkId, BulkState.Posting, BulkState.Completed, T0), Cancelled);
        Assert.Equal([bulk.BulkId], unfinished.Select(row => row.BulkId));
    }

    private protected static BulkRow NewBulk() => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), "c:" + Guid.NewGuid(), new byte[16], "[{\"from\":\"ä😀\"}]"u8.ToArray(),
        BulkState.Reserving, null, null, T0, T0);

    private static void AssertSame(BulkRow expected, BulkRow? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Fingerprint.ToArray(), actual.Fingerprint.ToArray());
        Assert.Equal(expected.Legs.ToArray(), actual.Legs.ToArray());
        Assert.Equal(expected with { Fingerprint = default, Legs = default }, actual with { Fingerprint = default, Legs = default });
    }
}
