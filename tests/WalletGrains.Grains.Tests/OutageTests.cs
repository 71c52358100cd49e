using WalletGrains.Contracts;
using WalletGrains.Journal;
using Xunit;

namespace WalletGrains.Grains.Tests;

public sealed class OutageTests
{
    [Fact]
    public async Task An_outage_carries_no_exception_that_another_process_could_not_read()
    {
        var outage = await Assert.ThrowsAsync<UnavailableException>(() =>
            Outage.GuardAsync<int>(() => throw new JournalUnavailableException("The database is away.")));
        Assert.Null(outage.InnerException);
        Assert.Contains("The database is away.", outage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_is_not_told_to_have_come_to_nothing()
    {
        await Assert.ThrowsAsync<UnavailableException>(() => Outage.GuardWriteAsync<int>(() => throw new JournalUnavailableException("The database is away.")));
        var lost = await Assert.ThrowsAsync<OutcomeUnknownException>(() =>
            Outage.GuardWriteAsync<int>(() => throw new JournalOutcomeUnknownException("The answer was lost.", new IOException())));
        Assert.Null(lost.InnerException);
        Assert.Contains("The answer was lost.", lost.Message, StringComparison.Ordinal);
    }
}
