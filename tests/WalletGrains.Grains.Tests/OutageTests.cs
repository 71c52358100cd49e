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
}
