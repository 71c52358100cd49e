using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.Bills;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Bills;

/// <summary>What operators do about payments that wait for an hour after a failure, and about those that were given up.</summary>
public sealed class BillOperatorTests : IAsyncLifetime
{
    private readonly MemoryCluster _cluster = new()
    {
        OtherSettings = new Dictionary<string, string?>
        {
            ["Jobs:Kinds:bill-status:FirstBackoff"] = "01:00:00",
            ["Jobs:Kinds:bill-status:MaxBackoff"] = "01:00:00",
            ["Jobs:Kinds:bill-payment:MaxAttempts"] = "2",
            ["Bills:UnknownPatience"] = "1.00:00:00",
        },
    };

    private readonly string _customer = $"WB-{Guid.NewGuid():N}";

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_payment_that_waits_after_a_failure_goes_on_at_once_when_it_is_retried()
    {
        var (wallet, paymentId) = await LoseAsync();
        await _cluster.Bills.RetryAsync(paymentId);
        Assert.Equal(BillStatus.Completed, (await _cluster.EndAsync(paymentId)).Status);
        Assert.Equal([(700, 0)], await _cluster.MoneyAsync(wallet));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_payment_that_waits_after_a_failure_ends_at_once_when_it_is_settled(bool isPaid)
    {
        var (wallet, paymentId) = await LoseAsync();
        Assert.True((await SettleAsync(paymentId, isPaid)).IsAsDecided);
        Assert.Equal(isPaid ? BillStatus.Completed : BillStatus.Reversed, (await _cluster.EndAsync(paymentId)).Status);
        Assert.Equal([(isPaid ? 700L : 1_000, 0L)], await _cluster.MoneyAsync(wallet));
        await JobAsync(BillJobs.Status, paymentId, job => job.Status is JobStatus.Done);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_payment_whose_calls_were_given_up_is_settled_like_any_other(bool isPaid)
    {
        var wallet = await _cluster.OpenAsync(1_000);
        Func<BillOrder, BillerAnswer> unsent = _ => new BillerAnswer.NotSent(null, "no connection");
        _cluster.Billers.WhenPaid(_customer, unsent, unsent);
        var paymentId = await PayAsync(wallet);
        await JobAsync(BillJobs.Payment, paymentId, job => job.Status is JobStatus.Dead);
        Assert.Equal(BillStatus.Processing, (await _cluster.Bills.FindAsync(paymentId))!.Status);

        Assert.True((await SettleAsync(paymentId, isPaid)).IsAsDecided);
        Assert.Equal(isPaid ? BillStatus.Completed : BillStatus.Reversed, (await _cluster.EndAsync(paymentId)).Status);
        Assert.Equal([(isPaid ? 700L : 1_000, 0L)], await _cluster.MoneyAsync(wallet));
        await JobAsync(BillJobs.Payment, paymentId, job => job.Status is JobStatus.Done);
    }

    /// <summary>Makes a payment of which nobody knows what became, and whose biller does not say it the first time.</summary>
    private async Task<(Guid Wallet, Guid PaymentId)> LoseAsync()
    {
        var wallet = await _cluster.OpenAsync(1_000);
        Func<BillOrder, BillerAnswer> unknown = _ => new BillerAnswer.Unknown("broken");
        _cluster.Billers.WhenPaid(_customer, unknown);
        _cluster.Billers.WhenAsked(_customer, unknown);
        var paymentId = await PayAsync(wallet);
        await JobAsync(BillJobs.Status, paymentId, job => job is { Status: JobStatus.Queued, LastError: not null });
        return (wallet, paymentId);
    }

    private async Task<Guid> PayAsync(Guid wallet) => Assert.IsType<BillOutcome.Accepted>(
        await _cluster.Bills.PayAsync(new PayBill(NewRequest(), wallet, ScriptedBillers.Code, _customer, Usd(300)))).PaymentId;

    private async Task<SettledBill> SettleAsync(Guid paymentId, bool isPaid) =>
        (await _cluster.Bills.SettleAsync(new SettleBill(paymentId, isPaid, Guid.CreateVersion7(), "by telephone")))!;

    private Task<Job> JobAsync(string kind, Guid paymentId, Func<Job, bool> isSo) => _cluster.SeenAsync(async () =>
        (await _cluster.Jobs.ListAsync(kind, null, null, Limits.MaxPageSize)).Items.FirstOrDefault(job => job.Key == paymentId.ToString() && isSo(job)));
}
