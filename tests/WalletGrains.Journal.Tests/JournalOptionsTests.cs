using Xunit;

namespace WalletGrains.Journal.Tests;

public sealed class JournalOptionsTests
{
    public static TheoryData<JournalOptions, string> Invalid => new()
    {
        { new JournalOptions { Lanes = 0 }, "Lanes" },
        { new JournalOptions { MaxBatchAppends = 0 }, "MaxBatchAppends" },
        { new JournalOptions { MaxBatchBytes = 1 }, "MaxBatchBytes" },
        { new JournalOptions { QueuePerLane = 0 }, "QueuePerLane" },
        { new JournalOptions { CommandTimeout = TimeSpan.FromMilliseconds(8500) }, "CommandTimeout" },
        { new JournalOptions { CommandTimeout = TimeSpan.FromSeconds(5) }, "StatementTimeout" },
        { new JournalOptions { ConnectTimeout = TimeSpan.Zero }, "ConnectTimeout" },
        { new JournalOptions { DrainTimeout = TimeSpan.FromDays(1) }, "DrainTimeout" },
    };

    [Fact]
    public void The_defaults_are_valid() => new JournalOptions().Validate();

    [Theory]
    [MemberData(nameof(Invalid))]
    public void A_setting_out_of_range_is_named(JournalOptions options, string name) =>
        Assert.Contains(name, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
}
