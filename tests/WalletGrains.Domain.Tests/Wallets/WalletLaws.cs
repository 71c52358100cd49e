using FsCheck;
using FsCheck.Fluent;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

public sealed class WalletLaws
{
    private static readonly Gen<(WalletState State, MoneyCommand Command)> Cases =
        from state in Samples.States
        from command in Samples.Commands
        from sameCurrency in Gen.Frequency((4, Gen.Constant(true)), (1, Gen.Constant(false)))
        select (state, sameCurrency ? command with { Amount = command.Amount with { Currency = state.Currency } } : command);

    private static readonly Gen<MoneyCommand[]> Histories =
        Samples.Commands.Select(command => command with { Amount = command.Amount with { Currency = Currency.Parse("USD") } }).ArrayOf(50);

    [Fact]
    public void An_accepted_command_leaves_the_balance_above_zero_and_the_held_part_within_it() => Law.Holds(Cases, sample =>
    {
        if (Decide(sample).Event is not { } happened)
        {
            return true;
        }

        var after = WalletDecider.Evolve(sample.State, happened);
        return after.BalanceMinor >= 0 && after.HeldMinor >= 0 && after.HeldMinor <= after.BalanceMinor
            && after.HeldMinor == sample.State.HeldMinor && after.Version == sample.State.Version + 1;
    });

    [Fact]
    public void A_command_is_accepted_or_refused_and_never_both() =>
        Law.Holds(Cases, sample => Decide(sample) is { Event: null } != Decide(sample) is { Refusal: null });

    [Fact]
    public void The_same_command_on_the_same_wallet_is_decided_the_same() =>
        Law.Holds(Cases, sample => Decide(sample).Equals(Decide(sample)));

    [Fact]
    public void The_balance_is_the_sum_of_the_entries_at_every_prefix() => Law.Holds(Histories, commands =>
    {
        var state = WalletState.Opened(Guid.Empty, new OpenWallet(Currency.Parse("USD"), null), Samples.Now);
        var sum = 0L;
        foreach (var command in commands)
        {
            if (WalletDecider.Decide(command, state, Guid.Empty, Samples.Now).Event is not { } happened)
            {
                continue;
            }

            var before = state;
            state = WalletDecider.Evolve(state, happened);
            var entry = Postings.EntryOf(happened, before, state);
            sum += WalletDecider.SignedAmount(happened);
            Assert.Equal(sum, state.BalanceMinor);
            Assert.True(state.BalanceMinor >= 0);
            Assert.Equal(state.Version, entry.Version);
            Assert.Equal(state.BalanceMinor, entry.BalanceAfterMinor);
        }
    });

    [Fact]
    public void A_refund_is_refused_only_for_an_amount_that_was_never_debited() => Law.Holds(
        Cases.Select(sample => (sample.State, Command: (MoneyCommand)new RefundTransfer(
            new Money(sample.Command.Amount.MinorUnits, sample.State.Currency), Guid.Empty, Guid.Empty, WalletRefusal.AmountTooLarge, Samples.Now))),
        sample => Decide(sample).Event is not null == sample.Command.Amount.MinorUnits is > 0 and <= Limits.MaxAmountMinor);

    private static WalletDecision Decide((WalletState State, MoneyCommand Command) sample) =>
        WalletDecider.Decide(sample.Command, sample.State, Guid.Empty, Samples.Now);
}
