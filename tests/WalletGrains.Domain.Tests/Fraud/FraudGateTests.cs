using WalletGrains.Contracts;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
using WalletGrains.Domain.Tests.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Fraud;

public sealed class FraudGateTests
{
    private static readonly FraudGate Gate = new(new LargeAmountRule(
        10_000, new Dictionary<string, decimal>(), new HashSet<string> { "WITHDRAW", "TRANSFER_OUT", "BILL_PAYMENT" }, FraudAction.Refuse));

    private static readonly Guid Other = TestedWallet.Other;

    private static readonly Hold Hold = new(Other, Other, TestedWallet.Usd(1_000_000), 0, HoldStatus.Active, null, Samples.Now);

    public static TheoryData<WalletEvent, bool> Events => new()
    {
        { new WalletEvent.Withdrawn(Other, Id, 999_999, null, null, Samples.Now), false },
        { new WalletEvent.Withdrawn(Other, Id, 1_000_000, null, null, Samples.Now), true },
        { new WalletEvent.TransferDebited(Other, Id, 1_000_000, null, null, Samples.Now, Other, Other), true },
        { new WalletEvent.HoldPlaced(Other, RequestId.ForBulkHold(Other, 0), 1_000_000, null, null, Samples.Now, Hold), true },
        { new WalletEvent.HoldPlaced(Other, RequestId.ForBillHold(Other), 1_000_000, null, null, Samples.Now, Hold), true },
        { new WalletEvent.BillPaid(Other, Id, 1_000_000, null, null, Samples.Now, "water", Hold), false },
        { new WalletEvent.BillReversed(Other, Id, 1_000_000, null, null, Samples.Now, Hold), false },
        { new WalletEvent.HoldPlaced(Other, Id, 1_000_000, null, null, Samples.Now, Hold), false },
        { new WalletEvent.HoldCaptured(Other, Id, 1_000_000, null, null, Samples.Now, Hold), false },
        { new WalletEvent.HeldTransferDebited(Other, Id, 1_000_000, null, null, Samples.Now, Other, Other, Hold), false },
        { new WalletEvent.ReversalDebited(Other, Id, 1_000_000, null, null, Samples.Now, Other, Other, Other), false },
        { new WalletEvent.Funded(Other, Id, 1_000_000, null, null, Samples.Now), false },
        { new WalletEvent.TransferRefunded(Other, Id, 1_000_000, null, null, Samples.Now, Other, Other, DebitedAt: null), false },
    };

    private static RequestId Id => RequestId.FromClient("one");

    [Theory]
    [MemberData(nameof(Events), DisableDiscoveryEnumeration = true)]
    public void Large_amounts_that_leave_are_refused_and_what_was_begun_is_not(WalletEvent happened, bool refused)
    {
        Assert.Equal(refused, Gate.Refuses(happened, new TestedWallet().State));
        Assert.False(FraudGate.Open.Refuses(happened, new TestedWallet().State));
    }
}
