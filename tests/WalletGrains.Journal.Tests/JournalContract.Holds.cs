using System.Text;
using Xunit;

namespace WalletGrains.Journal.Tests;

public abstract partial class JournalContract
{
    [Fact]
    public async Task A_hold_is_stored_with_the_entry_that_placed_it_and_ends_with_the_one_that_ends_it()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var placed = NewHold(wallet, expiresAt: T0.AddHours(1));
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(100, hold: placed)));
        Assert.Equal(placed, await Journal.FindHoldAsync(placed.HoldId, Cancelled));

        var ended = placed with { State = HoldState.Captured, CapturedMinor = 30, UpdatedAt = T0.AddMinutes(5) };
        Assert.Equal(AppendStatus.Applied, await OtherSilo.AppendAsync(wallet.Deposit(-30, hold: ended)));
        Assert.Equal(ended, await Journal.FindHoldAsync(placed.HoldId, Cancelled));
        Assert.Null(await Journal.FindHoldAsync(Guid.CreateVersion7(), Cancelled));
    }

    [Fact]
    public async Task A_hold_that_has_ended_never_changes_again()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var hold = NewHold(wallet) with { State = HoldState.Released };
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(100, hold: hold)));

        var again = wallet.Copy().Deposit(-40, hold: hold with { State = HoldState.Captured, CapturedMinor = 40 });
        await Assert.ThrowsAsync<JournalRejectedException>(() => OtherSilo.AppendAsync(again));

        Assert.Equal(hold, await Journal.FindHoldAsync(hold.HoldId, Cancelled));
        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task A_repeat_of_a_hold_that_has_ended_since_is_known_by_its_request_id()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var hold = NewHold(wallet);
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(100, "hold", hold: hold)));
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(1, hold: hold with { State = HoldState.Released })));

        Assert.Equal(AppendStatus.RequestIdTaken, await OtherSilo.AppendAsync(wallet.Copy().Deposit(100, "hold", hold: hold)));
        await AssertStoredAsync(wallet);
        Assert.Equal(HoldState.Released, (await Journal.FindHoldAsync(hold.HoldId, Cancelled))!.State);
    }

    [Theory]
    [InlineData(0, 0, HoldState.Active)]
    [InlineData(100, 101, HoldState.Captured)]
    [InlineData(100, -1, HoldState.Captured)]
    [InlineData(100, 0, HoldState.Captured)]
    [InlineData(100, 1, HoldState.Released)]
    [InlineData(100, 0, (HoldState)5)]
    public async Task A_hold_that_cannot_be_is_refused_with_its_entry(long amount, long captured, HoldState state)
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var before = wallet.Copy();
        var hold = NewHold(wallet) with { AmountMinor = amount, CapturedMinor = captured, State = state };
        await Assert.ThrowsAsync<JournalRejectedException>(() => Journal.AppendAsync(wallet.Deposit(1, hold: hold)));
        Assert.Null(await Journal.FindHoldAsync(hold.HoldId, Cancelled));
        await AssertStoredAsync(before);
    }

    [Fact]
    public async Task A_hold_of_a_stale_writer_is_not_stored()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var stale = wallet.Copy();
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(1)));
        var hold = NewHold(wallet);
        Assert.Equal(AppendStatus.HeadMoved, await OtherSilo.AppendAsync(stale.Deposit(100, hold: hold)));
        Assert.Null(await Journal.FindHoldAsync(hold.HoldId, Cancelled));
    }

    [Fact]
    public async Task Overdue_holds_come_in_pages_the_longest_overdue_first()
    {
        // Long ago: other tests of this database have no holds that end then.
        var past = new DateTimeOffset(1999, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var wallet = await TestWallet.OpenAsync(Journal);
        HoldRow[] holds =
        [
            NewHold(wallet, past.AddMinutes(2)), NewHold(wallet, past), NewHold(wallet, past.AddMinutes(1)), NewHold(wallet),
            NewHold(wallet, past.AddMinutes(3)), NewHold(wallet, past) with { State = HoldState.Released },
        ];
        foreach (var hold in holds)
        {
            Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(100, hold: hold)));
        }

        var at = past.AddMinutes(2);
        var first = await Journal.ReadExpiredHoldsAsync(at, null, 2, Cancelled);
        var second = await Journal.ReadExpiredHoldsAsync(at, first[^1], 2, Cancelled);

        Assert.Equal([holds[1], holds[2], holds[0]], first.Concat(second));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Journal.ReadExpiredHoldsAsync(at, null, 0, Cancelled));
    }

    [Fact]
    public async Task The_details_of_a_wallet_are_kept_byte_for_byte()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        wallet.Head = wallet.Head with { Details = Encoding.UTF8.GetBytes("{\"any\":\"bytes \u20ac\"}") };
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(100)));
        await AssertStoredAsync(wallet);
        AssertSame(wallet.Head, (await OtherSilo.FindHeadAsync(wallet.Id, Cancelled))!);

        wallet.Head = wallet.Head with { Details = default };
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Refuse()));
        Assert.True((await Journal.FindHeadAsync(wallet.Id, Cancelled))!.Details.IsEmpty);
        Assert.Null(await Journal.FindHeadAsync(Guid.CreateVersion7(), Cancelled));
    }

    [Fact]
    public async Task A_closed_wallet_with_money_is_refused()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var before = wallet.Copy();
        wallet.Head = wallet.Head with { Status = "CLOSED" };
        await Assert.ThrowsAsync<JournalRejectedException>(() => Journal.AppendAsync(wallet.Deposit(1)));
        await AssertStoredAsync(before);
    }

    private static HoldRow NewHold(TestWallet wallet, DateTimeOffset? expiresAt = null) =>
        new(Guid.CreateVersion7(), wallet.Id, 100, 0, "USD", HoldState.Active, expiresAt, T0, T0);
}
