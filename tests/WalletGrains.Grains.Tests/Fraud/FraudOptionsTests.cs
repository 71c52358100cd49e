using WalletGrains.Contracts.Fraud;
using WalletGrains.Grains.Fraud;
using Xunit;

namespace WalletGrains.Grains.Tests.Fraud;

public sealed class FraudOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => new FraudOptions().Validate();

    public static TheoryData<FraudOptions, string> Wrong => new()
    {
        { new FraudOptions { Frequency = new() { Count = 1 } }, "Fraud:Frequency:Count" },
        { new FraudOptions { Frequency = new() { WindowSeconds = 0 } }, "Fraud:Frequency:WindowSeconds" },
        { new FraudOptions { Frequency = new() { Types = ["WITHDRAWAL"] } }, "Fraud:Frequency:Types" },
        { new FraudOptions { Frequency = new() { Action = FraudAction.Refuse } }, "Fraud:Frequency:Action" },
        { new FraudOptions { Frequency = new() { Action = 0 } }, "Fraud:Frequency:Action" },
        { new FraudOptions { LargeAmount = new() { Threshold = 0 } }, "Fraud:LargeAmount:Threshold" },
        { new FraudOptions { LargeAmount = new() { Thresholds = new() { ["XXQ"] = 1 } } }, "Fraud:LargeAmount:Thresholds:XXQ" },
        { new FraudOptions { LargeAmount = new() { Thresholds = new() { ["USD"] = -1 } } }, "Fraud:LargeAmount:Thresholds:USD" },
        { new FraudOptions { LargeAmount = new() { Types = ["SET_LIMITS"] } }, "Fraud:LargeAmount:Types" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void A_setting_that_means_nothing_is_named(FraudOptions options, string setting) =>
        Assert.Contains(setting, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
}
