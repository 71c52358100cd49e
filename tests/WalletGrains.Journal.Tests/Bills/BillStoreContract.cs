using WalletGrains.Journal.Bills;
using WalletGrains.Journal.Jobs;
using Xunit;

namespace WalletGrains.Journal.Tests.Bills;

/// <summary>What every store of bills promises. Each store runs all of it.</summary>
public abstract class BillStoreContract
{
    private const string Kind = "pay";

    private static readonly DateTimeOffset T0 = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Every step that there is.</summary>
    private static readonly (BillState From, BillState To)[] Steps =
    [
        (BillState.Pending, BillState.Processing), (BillState.Pending, BillState.Failed), (BillState.Processing, BillState.Processing),
        (BillState.Processing, BillState.Unknown), (BillState.Unknown, BillState.Processing), (BillState.Processing, BillState.Completing),
        (BillState.Unknown, BillState.Completing), (BillState.Processing, BillState.Reversing), (BillState.Unknown, BillState.Reversing),
        (BillState.Completing, BillState.Completed), (BillState.Reversing, BillState.Reversed), (BillState.Unknown, BillState.Unknown),

        // What the biller says against a decision is written down and changes nothing.
        (BillState.Completing, BillState.Completing), (BillState.Completed, BillState.Completed), (BillState.Reversing, BillState.Reversing),
        (BillState.Reversed, BillState.Reversed),
    ];

    /// <summary>How to get to each state.</summary>
    private static readonly Dictionary<BillState, BillState[]> Ways = new()
    {
        [BillState.Pending] = [],
        [BillState.Processing] = [BillState.Processing],
        [BillState.Unknown] = [BillState.Processing, BillState.Unknown],
        [BillState.Completing] = [BillState.Processing, BillState.Completing],
        [BillState.Completed] = [BillState.Processing, BillState.Completing, BillState.Completed],
        [BillState.Reversing] = [BillState.Processing, BillState.Reversing],
        [BillState.Reversed] = [BillState.Processing, BillState.Reversing, BillState.Reversed],
        [BillState.Failed] = [BillState.Failed],
    };

    /// <summary>The store under test.</summary>
    protected abstract IBillStore Store { get; }

    /// <summary>A second one over the same data, as another silo has it.</summary>
    protected abstract IBillStore OtherSilo { get; }

    /// <summary>Where the jobs of payments are.</summary>
    protected abstract IJobStore Jobs { get; }

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_payment_is_read_as_it_was_written()
    {
        foreach (var bill in new[] { NewBill(), NewBill() with { OwnerId = null, CustomerReference = "WB-1 😀", Content = new byte[] { 0, 255 } } })
        {
            var (stored, isNew) = await CreateAsync(Store, bill);
            Assert.True(isNew);
            AssertSame(bill, stored);
            AssertSame(bill, await OtherSilo.FindAsync(bill.PaymentId, Cancelled));
            AssertSame(bill, await OtherSilo.FindByRequestAsync(bill.WalletId, bill.RequestId, Cancelled));
        }

        Assert.Null(await Store.FindAsync(Guid.CreateVersion7(), Cancelled));
        Assert.Null(await Store.FindByRequestAsync(Guid.CreateVersion7(), "other", Cancelled));
    }

    [Fact]
    public async Task A_request_id_that_is_taken_gives_the_payment_that_has_it_and_no_further_job()
    {
        var first = NewBill();
        var proposed = Enumerable.Range(0, 20).Select(_ => first with { PaymentId = Guid.CreateVersion7() }).ToArray();
        var creations = await Task.WhenAll(proposed.Select((bill, i) => CreateAsync(i % 2 == 0 ? Store : OtherSilo, bill)));
        Assert.Single(creations, creation => creation.IsNew);
        var paymentId = Assert.Single(creations.Select(creation => creation.Stored.PaymentId).Distinct());

        var jobs = await Task.WhenAll(proposed.Select(bill => Jobs.FindAsync(bill.PaymentId, Cancelled)));
        Assert.Equal([paymentId.ToString()], jobs.OfType<JobRow>().Select(job => job.Key));

        // Of another wallet it is another request.
        Assert.True((await CreateAsync(Store, NewBill() with { RequestId = first.RequestId })).IsNew);
    }

    [Fact]
    public async Task Of_several_that_move_a_payment_from_one_revision_one_succeeds()
    {
        var bill = NewBill();
        await CreateAsync(Store, bill);
        var move = new BillMove(bill.PaymentId, 0, BillState.Processing, null, new byte[] { 7 }, T0.AddSeconds(1));
        var moved = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? Store : OtherSilo).MoveAsync(move, null, Cancelled)));
        Assert.Single(moved, isMoved => isMoved);
        AssertSame(
            bill with { State = BillState.Processing, Revision = 1, Content = new byte[] { 7 }, UpdatedAt = T0.AddSeconds(1) },
            await Store.FindAsync(bill.PaymentId, Cancelled));
        Assert.False(await Store.MoveAsync(move with { PaymentId = Guid.CreateVersion7() }, null, Cancelled));
    }

    [Fact]
    public async Task A_step_is_written_with_its_job_and_one_that_another_has_overtaken_has_none()
    {
        var bill = NewBill();
        await CreateAsync(Store, bill);
        Assert.True(await Store.MoveAsync(MoveOf(bill, 0, BillState.Processing), null, Cancelled));
        Assert.True(await Store.MoveAsync(MoveOf(bill, 1, BillState.Unknown), JobOf("ask", bill), Cancelled));
        Assert.False(await Store.MoveAsync(MoveOf(bill, 1, BillState.Reversing), JobOf("reverse", bill), Cancelled));

        // The answer to the first was lost: it is in the state that it was to get to.
        Assert.False(await Store.MoveAsync(MoveOf(bill, 1, BillState.Unknown), JobOf("again", bill), Cancelled));
        var kinds = (await Task.WhenAll(new[] { "ask", "reverse", "again" }.Select(FindJobAsync))).OfType<JobRow>().Select(job => job.Kind);
        Assert.Equal(["ask", "again"], kinds);

        async Task<JobRow?> FindJobAsync(string kind) =>
            (await Jobs.ReadAsync(new JobQuery(kind, null, null, JournalLimits.MaxPage), Cancelled)).SingleOrDefault(job => job.Key == bill.PaymentId.ToString());
    }

    [Fact]
    public async Task A_payment_moves_forward_only()
    {
        foreach (var (from, to) in from one in Enum.GetValues<BillState>() from other in Enum.GetValues<BillState>() select (one, other))
        {
            var bill = NewBill();
            await CreateAsync(Store, bill);
            foreach (var (state, revision) in Ways[from].Select((state, revision) => (state, revision)))
            {
                Assert.True(await Store.MoveAsync(MoveOf(bill, revision, state), null, Cancelled));
            }

            var move = MoveOf(bill, Ways[from].Length, to);
            if (Steps.Contains((from, to)))
            {
                Assert.True(await Store.MoveAsync(move, null, Cancelled));
            }
            else
            {
                await Assert.ThrowsAsync<JournalRejectedException>(() => Store.MoveAsync(move, null, Cancelled));
                Assert.Equal(from, (await Store.FindAsync(bill.PaymentId, Cancelled))!.State);
            }
        }
    }

    [Fact]
    public async Task Payments_are_listed_by_owner_wallet_and_state_the_newest_first()
    {
        var (owner, wallet) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var bills = Enumerable.Range(0, 6).Select(_ => NewBill()).OrderBy(bill => bill.PaymentId)
            .Select((bill, i) => bill with { OwnerId = owner, WalletId = i % 2 == 0 ? wallet : Guid.CreateVersion7() }).ToArray();
        foreach (var bill in bills)
        {
            await CreateAsync(Store, bill);
        }

        await Store.MoveAsync(MoveOf(bills[2], 0, BillState.Processing), null, Cancelled);
        await CreateAsync(Store, NewBill());
        Assert.Equal([5, 4, 3, 2, 1, 0], await ListAsync(new BillListQuery(owner, null, [], null, 200)));
        Assert.Equal([4, 2, 0], await ListAsync(new BillListQuery(owner, wallet, [], null, 200)));
        Assert.Equal([4, 2, 0], await ListAsync(new BillListQuery(null, wallet, [], null, 200)));
        Assert.Equal([2], await ListAsync(new BillListQuery(null, wallet, [BillState.Processing, BillState.Completing], null, 200)));
        Assert.Equal([4, 0], await ListAsync(new BillListQuery(owner, wallet, [BillState.Pending], null, 200)));
        Assert.Equal([3, 2], await ListAsync(new BillListQuery(owner, null, [], bills[4].PaymentId, 2)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ReadAsync(new BillListQuery(owner, null, [], null, 0), Cancelled));

        async Task<IReadOnlyList<int>> ListAsync(BillListQuery query) =>
            [.. (await OtherSilo.ReadAsync(query, Cancelled)).Select(bill => Array.FindIndex(bills, known => known.PaymentId == bill.PaymentId))];
    }

    [Fact]
    public async Task What_no_payment_can_be_is_rejected()
    {
        var bill = NewBill();
        foreach (var bad in new[]
        {
            bill with { AmountMinor = 0 }, bill with { RequestId = "" }, bill with { Fingerprint = new byte[17] }, bill with { State = (BillState)9 },
            bill with { State = BillState.Unknown },
        })
        {
            await Assert.ThrowsAsync<JournalRejectedException>(() => CreateAsync(Store, bad));
            Assert.Null(await Jobs.FindAsync(bad.PaymentId, Cancelled));
        }

        await CreateAsync(Store, bill);
        await Store.MoveAsync(MoveOf(bill, 0, BillState.Processing), null, Cancelled);
        await Assert.ThrowsAsync<JournalRejectedException>(
            () => Store.MoveAsync(MoveOf(bill, 1, BillState.Unknown) with { AwaitingSince = null }, null, Cancelled));
    }

    private protected static Task<(BillRow Stored, bool IsNew)> CreateAsync(IBillStore store, BillRow bill) => store.CreateAsync(bill, JobOf(Kind, bill) with { JobId = bill.PaymentId }, Cancelled);

    private protected static BillRow NewBill() => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), "water", "WB-1", 1_000, "NGN", "c:" + Guid.NewGuid(), new byte[16], BillState.Pending, 0,
        null, new byte[] { 1, 2 }, T0, T0);

    private protected static BillMove MoveOf(BillRow bill, int revision, BillState to) => new(bill.PaymentId, revision, to, T0, new byte[] { 3 }, T0.AddSeconds(revision));

    private static NewJob JobOf(string kind, BillRow bill) => new(Guid.CreateVersion7(), kind, bill.PaymentId.ToString(), ReadOnlyMemory<byte>.Empty);

    private static void AssertSame(BillRow expected, BillRow? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Fingerprint.ToArray(), actual.Fingerprint.ToArray());
        Assert.Equal(expected.Content.ToArray(), actual.Content.ToArray());
        Assert.Equal(expected with { Fingerprint = default, Content = default }, actual with { Fingerprint = default, Content = default });
    }
}
