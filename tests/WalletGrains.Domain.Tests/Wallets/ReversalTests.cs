using System.Collections.Immutable;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

public sealed class ReversalTests
{
    private const long Original = 1_000;
    private const long Balance = 700;
    private static readonly Guid Transfer = Guid.Parse("0197a2b3-0000-7000-8000-0000000000aa");

    [Theory]
    // asked (null for what is left), reversed before → given back, or refusal
    [InlineData(300L, 0, 300, null)]
    [InlineData(300L, 700, 300, null)]
    [InlineData(301L, 700, 0, WalletRefusal.ReversalExceedsOriginal)]
    [InlineData(1L, 1_000, 0, WalletRefusal.ReversalExceedsOriginal)]
    [InlineData(1_001L, 0, 0, WalletRefusal.ReversalExceedsOriginal)]
    [InlineData(null, 400, 600, null)]
    [InlineData(null, 1_000, 0, WalletRefusal.ReversalExceedsOriginal)]
    [InlineData(null, 0, 0, WalletRefusal.InsufficientFunds)]
    [InlineData(701L, 0, 0, WalletRefusal.InsufficientFunds)]
    [InlineData(0L, 0, 0, WalletRefusal.AmountNotPositive)]
    public void No_more_is_given_back_than_was_sent_and_is_there(long? asked, long reversed, long given, WalletRefusal? expected)
    {
        var state = new TestedWallet(Balance).State with { ReversedMinor = ImmutableDictionary<Guid, long>.Empty.Add(Transfer, reversed) };
        var decision = WalletDecider.Decide(Reversal(asked), state, Guid.Empty, Samples.Now);
        Assert.Equal(expected, decision.Refusal);
        if (decision.Event is { } happened)
        {
            Assert.Equal(given, happened.AmountMinor);
            Assert.Equal(Balance - given, WalletDecider.Evolve(state, happened).BalanceMinor);
        }
    }

    [Fact]
    public void Reversals_decided_one_after_another_see_each_other()
    {
        var wallet = new TestedWallet(10_000);
        Assert.Null(wallet.Refusal(Reversal(600)));
        Assert.Equal(WalletRefusal.ReversalExceedsOriginal, wallet.Refusal(Reversal(401)));
        Assert.Equal(400, wallet.Accept(Reversal(null)).Amount.MinorUnits);
        Assert.Equal(WalletRefusal.ReversalExceedsOriginal, wallet.Refusal(Reversal(null)));
        Assert.Equal(Transfer, wallet.Entries[^1].ReversesTransferId);
    }

    [Fact]
    public void No_limit_stops_a_reversal_and_it_counts_for_none()
    {
        var wallet = new TestedWallet(10_000);
        wallet.Accept(new SetLimits(wallet.NextId(), new WalletLimits(10, 10, 1)));
        Assert.Null(wallet.Refusal(Reversal(1_000)));
        Assert.Null(wallet.Withdraw(10));
    }

    private static DebitReversal Reversal(long? asked) => new(
        WalletGrains.Contracts.RequestId.FromClient("r"),
        TestedWallet.Usd(asked ?? Original),
        Guid.Empty,
        TestedWallet.Other,
        Transfer,
        Original,
        UpToWhatIsLeft: asked is null);
}
