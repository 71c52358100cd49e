using Xunit;

namespace WalletGrains.Journal.Tests;

public abstract partial class JournalContract
{
    private static readonly DateTimeOffset T0 = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_transfer_moves_on_with_the_entries_of_its_steps()
    {
        var (from, to) = await TwoWalletsAsync();
        var transfer = NewTransfer(from, to) with { Description = "rent" };

        var debit = from.Deposit(-40, transfer: entry => transfer with { DebitEntryId = entry.EntryId });
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(debit));
        Assert.Equal(debit.Transfer, await Journal.FindTransferAsync(transfer.TransferId, Cancelled));

        // A later step may be written by a coordinator that does not repeat what the first one knew.
        var credit = to.Deposit(40, transfer: entry => transfer with
        {
            State = TransferState.Completed, Description = null, CreditEntryId = entry.EntryId, CreatedAt = T0.AddHours(1), UpdatedAt = T0.AddMinutes(1),
        });
        Assert.Equal(AppendStatus.Applied, await OtherSilo.AppendAsync(credit));

        Assert.Equal(
            debit.Transfer! with { State = TransferState.Completed, CreditEntryId = credit.Entry!.EntryId, UpdatedAt = T0.AddMinutes(1) },
            await Journal.FindTransferAsync(transfer.TransferId, Cancelled));
    }

    [Fact]
    public async Task What_was_given_back_of_a_transfer_is_the_sum_of_its_reversals_that_are_not_undone()
    {
        var (from, to) = await TwoWalletsAsync();
        var original = Guid.CreateVersion7();
        Assert.Equal(0, await Journal.SumReversedAsync(original, Cancelled));
        var rows = new[] { TransferState.Debited, TransferState.Completed, TransferState.Compensated, TransferState.Failed, TransferState.Completed }
            .Select((state, i) => NewTransfer(from, to) with
            {
                AmountMinor = 1 << i, State = state, ReversesTransferId = i == 4 ? Guid.CreateVersion7() : original, BulkId = Guid.CreateVersion7(), Metadata = "{}",
            });
        foreach (var row in rows)
        {
            Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(to.Deposit(1, transfer: _ => row)));
            Assert.Equal(row, await Journal.FindTransferAsync(row.TransferId, Cancelled));
        }

        Assert.Equal(3, await OtherSilo.SumReversedAsync(original, Cancelled));
    }

    [Fact]
    public async Task A_refused_debit_leaves_a_failed_transfer()
    {
        var (from, to) = await TwoWalletsAsync();
        var transfer = NewTransfer(from, to) with { State = TransferState.Failed, FailureCode = "INSUFFICIENT_FUNDS" };

        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(from.Refuse(transfer: transfer)));

        Assert.Equal(transfer, await Journal.FindTransferAsync(transfer.TransferId, Cancelled));
    }

    [Fact]
    public async Task A_step_of_a_stale_writer_does_not_touch_the_transfer()
    {
        var (from, to) = await TwoWalletsAsync();
        var transfer = NewTransfer(from, to);
        var stale = from.Copy();
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(from.Deposit(-40, transfer: _ => transfer)));

        var late = stale.Deposit(-40, transfer: _ => transfer with { State = TransferState.Failed, FailureCode = "LATE" });
        Assert.Equal(AppendStatus.HeadMoved, await OtherSilo.AppendAsync(late));

        Assert.Equal(transfer, await Journal.FindTransferAsync(transfer.TransferId, Cancelled));
    }

    [Fact]
    public async Task A_transfer_cannot_be_credited_and_refunded()
    {
        var (from, to) = await TwoWalletsAsync();
        var transfer = NewTransfer(from, to);
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(from.Deposit(-40, transfer: entry => transfer with { DebitEntryId = entry.EntryId })));
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(to.Deposit(40, transfer: entry => transfer with
        {
            State = TransferState.Completed, CreditEntryId = entry.EntryId,
        })));
        var before = from.Copy();

        var refund = from.Deposit(40, transfer: entry => transfer with { State = TransferState.Compensated, RefundEntryId = entry.EntryId });
        await Assert.ThrowsAsync<JournalRejectedException>(() => Journal.AppendAsync(refund));

        await AssertStoredAsync(before);
        Assert.Equal(TransferState.Completed, (await Journal.FindTransferAsync(transfer.TransferId, Cancelled))!.State);
    }

    [Fact]
    public async Task Two_steps_of_one_transfer_in_one_pipeline_both_apply()
    {
        var (from, to) = await TwoWalletsAsync();
        var transfer = NewTransfer(from, to);
        var debit = from.Deposit(-40, transfer: entry => transfer with { DebitEntryId = entry.EntryId });
        var refund = from.Deposit(40, transfer: entry => transfer with { State = TransferState.Compensated, RefundEntryId = entry.EntryId });

        var statuses = await Task.WhenAll(Journal.AppendAsync(debit), Journal.AppendAsync(refund));

        Assert.All(statuses, status => Assert.Equal(AppendStatus.Applied, status));
        Assert.Equal(
            transfer with { State = TransferState.Compensated, DebitEntryId = debit.Entry!.EntryId, RefundEntryId = refund.Entry!.EntryId },
            await Journal.FindTransferAsync(transfer.TransferId, Cancelled));
    }

    [Fact]
    public async Task Unfinished_transfers_are_those_debited_and_untouched_since_oldest_first()
    {
        var (from, to) = await TwoWalletsAsync();
        TransferRow At(int minute, TransferState state) => NewTransfer(from, to) with { State = state, UpdatedAt = T0.AddYears(-1).AddMinutes(minute) };
        TransferRow[] transfers =
        [
            At(3, TransferState.Debited), At(1, TransferState.Debited), At(2, TransferState.Completed), At(2, TransferState.Failed),
            At(2, TransferState.Debited), At(9, TransferState.Debited),
        ];
        await Task.WhenAll(transfers.Select(transfer => Journal.AppendAsync(from.Deposit(-1, transfer: _ => transfer))));

        var unfinished = await Journal.ReadUnfinishedTransfersAsync(T0.AddYears(-1).AddMinutes(9), null, 2, Cancelled);
        var more = await Journal.ReadUnfinishedTransfersAsync(T0.AddYears(-1).AddMinutes(9), null, 100, Cancelled);
        var rest = await Journal.ReadUnfinishedTransfersAsync(T0.AddYears(-1).AddMinutes(9), unfinished[^1], 100, Cancelled);

        Assert.Equal([transfers[1], transfers[4]], unfinished);
        Assert.Equal([transfers[1], transfers[4], transfers[0]], more);
        Assert.Equal([transfers[0]], rest);
    }

    [Fact]
    public async Task Unfinished_transfers_of_a_wrong_future_are_among_those_untouched_since()
    {
        var (from, to) = await TwoWalletsAsync();
        var transfer = NewTransfer(from, to) with { UpdatedAt = DateTimeOffset.UtcNow.AddYears(1) };
        var soon = NewTransfer(from, to) with { UpdatedAt = DateTimeOffset.UtcNow.AddSeconds(10) };
        await Task.WhenAll(Journal.AppendAsync(from.Deposit(-1, transfer: _ => transfer)), Journal.AppendAsync(from.Deposit(-1, transfer: _ => soon)));
        var unfinished = await Journal.ReadUnfinishedTransfersAsync(T0.AddYears(-10), null, 100, Cancelled);

        // Other tests read what is unfinished as well.
        await Journal.AppendAsync(from.Deposit(1, transfer: entry => transfer with { State = TransferState.Compensated, RefundEntryId = entry.EntryId }));
        Assert.Equal([transfer.TransferId], unfinished.Select(row => row.TransferId));
    }

    private async Task<(TestWallet From, TestWallet To)> TwoWalletsAsync()
    {
        var (from, to) = (await TestWallet.OpenAsync(Journal), await TestWallet.OpenAsync(Journal));
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(from.Deposit(1000)));
        return (from, to);
    }

    private static TransferRow NewTransfer(TestWallet from, TestWallet to) => new(
        Guid.CreateVersion7(), from.Id, to.Id, 40, "USD", null, TransferState.Debited, null, null, null, null, T0, T0);
}
