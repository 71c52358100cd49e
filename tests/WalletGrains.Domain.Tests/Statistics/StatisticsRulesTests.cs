using WalletGrains.Contracts;
using WalletGrains.Contracts.Statistics;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Statistics;
using Xunit;

namespace WalletGrains.Domain.Tests.Statistics;

public sealed class StatisticsRulesTests
{
    private static readonly Currency Usd = Currency.Parse("USD");

    [Theory]
    [InlineData(EntryType.Fund, 5, 0, 0, 0, 1)]
    [InlineData(EntryType.Withdraw, 0, 5, 0, 0, 1)]
    [InlineData(EntryType.Capture, 0, 5, 0, 0, 1)]
    [InlineData(EntryType.TransferIn, 0, 0, 5, 0, 1)]
    [InlineData(EntryType.TransferOut, 0, 0, 0, 5, 1)]
    [InlineData(EntryType.TransferRefund, 0, 0, 0, -5, 1)]
    [InlineData(EntryType.Hold, 0, 0, 0, 0, 1)]
    [InlineData(EntryType.Release, 0, 0, 0, 0, 1)]
    [InlineData(EntryType.BillPayment, 0, 5, 0, 0, 1)]
    [InlineData(EntryType.BillReversal, 0, 0, 0, 0, 1)]
    [InlineData(EntryType.Freeze, 0, 0, 0, 0, 0)]
    [InlineData(EntryType.Unfreeze, 0, 0, 0, 0, 0)]
    [InlineData(EntryType.Close, 0, 0, 0, 0, 0)]
    [InlineData(EntryType.SetLimits, 0, 0, 0, 0, 0)]
    public void Each_entry_counts_where_it_belongs(EntryType type, int deposited, int withdrawn, int transferredIn, int transferredOut, int count)
    {
        var after = StatisticsRules.After(WalletStatistics.None, EntryOf(1, type));
        Assert.Equal(new WalletStatistics(1, deposited, withdrawn, transferredIn, transferredOut, count, count > 0 ? Samples.Now : null), after);
    }

    [Fact]
    public void Every_type_of_entry_is_counted() =>
        Assert.All(Enum.GetValues<EntryType>(), type => Assert.Equal(1, StatisticsRules.After(WalletStatistics.None, EntryOf(1, type)).Version));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_entry_that_does_not_follow_is_refused(long version)
    {
        var one = StatisticsRules.After(WalletStatistics.None, EntryOf(1, EntryType.Fund));
        Assert.Throws<ArgumentException>(() => StatisticsRules.After(one, EntryOf(version, EntryType.Fund)));
    }

    [Fact]
    public void Sums_grow_beyond_what_one_balance_may_be()
    {
        var sum = WalletStatistics.None;
        for (var version = 1; version <= 20_000; version++)
        {
            sum = StatisticsRules.After(sum, EntryOf(version, EntryType.Fund) with { Amount = new Money(Limits.MaxAmountMinor, Usd) });
        }

        Assert.Equal(20_000m * Limits.MaxAmountMinor, sum.DepositedMinor);
    }

    private static Entry EntryOf(long version, EntryType type) => new(
        Guid.Empty, Guid.Empty, version, type, new Money(5, Usd), 0, 0, "external:cash", RequestId.FromClient("x"), null, null, Samples.Now);
}
