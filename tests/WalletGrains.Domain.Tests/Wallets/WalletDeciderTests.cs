using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

public sealed class WalletDeciderTests
{
    private const int Deposit = 0;
    private const int Withdraw = 1;
    private const int Debit = 2;
    private const int Credit = 3;
    private const int Refund = 4;
    private const int BankCredit = 5;
    private const long Max = Limits.MaxAmountMinor;

    private static readonly Guid EntryId = Guid.Parse("0197a2b3-0000-7000-8000-00000000000e");
    private static readonly Guid TransferId = Guid.Parse("0197a2b3-0000-7000-8000-0000000000aa");
    private static readonly Guid OtherWallet = Guid.Parse("0197a2b3-0000-7000-8000-0000000000bb");

    [Theory]
    // command, amount, currency, balance, held → refusal
    [InlineData(Deposit, 1, "USD", 0, 0, null)]
    [InlineData(Deposit, Max, "USD", 0, 0, null)]
    [InlineData(Deposit, 1, "USD", Max - 1, 0, null)]
    [InlineData(Deposit, 1, "USD", Max, 0, WalletRefusal.AmountTooLarge)]
    [InlineData(Deposit, Max, "USD", 1, 0, WalletRefusal.AmountTooLarge)]
    [InlineData(Deposit, Max + 1, "USD", 0, 0, WalletRefusal.AmountTooLarge)]
    [InlineData(Deposit, long.MaxValue, "USD", Max, 0, WalletRefusal.AmountTooLarge)]
    [InlineData(Deposit, 0, "USD", 0, 0, WalletRefusal.AmountNotPositive)]
    [InlineData(Deposit, -1, "USD", 100, 0, WalletRefusal.AmountNotPositive)]
    [InlineData(Deposit, long.MinValue, "USD", 100, 0, WalletRefusal.AmountNotPositive)]
    [InlineData(Deposit, 1, "NGN", 0, 0, WalletRefusal.CurrencyMismatch)]
    [InlineData(Withdraw, 1, "USD", 1, 0, null)]
    [InlineData(Withdraw, Max, "USD", Max, 0, null)]
    [InlineData(Withdraw, 1, "USD", 0, 0, WalletRefusal.InsufficientFunds)]
    [InlineData(Withdraw, 101, "USD", 100, 0, WalletRefusal.InsufficientFunds)]
    [InlineData(Withdraw, 60, "USD", 100, 40, null)]
    [InlineData(Withdraw, 61, "USD", 100, 40, WalletRefusal.InsufficientFunds)]
    [InlineData(Withdraw, 1, "USD", 5_000, 5_000, WalletRefusal.InsufficientFunds)]
    [InlineData(Withdraw, Max + 1, "USD", Max, 0, WalletRefusal.AmountTooLarge)]
    [InlineData(Withdraw, 0, "USD", 100, 0, WalletRefusal.AmountNotPositive)]
    [InlineData(Withdraw, 1, "JPY", 100, 0, WalletRefusal.CurrencyMismatch)]
    [InlineData(Debit, 100, "USD", 100, 0, null)]
    [InlineData(Debit, 100, "USD", 100, 1, WalletRefusal.InsufficientFunds)]
    [InlineData(Debit, -100, "USD", 100, 0, WalletRefusal.AmountNotPositive)]
    [InlineData(Debit, 100, "BHD", 100, 0, WalletRefusal.CurrencyMismatch)]
    [InlineData(Debit, long.MaxValue, "USD", 100, 0, WalletRefusal.AmountTooLarge)]
    [InlineData(Credit, 1, "USD", 0, 0, null)]
    [InlineData(Credit, 1, "USD", Max, 0, WalletRefusal.AmountTooLarge)]
    [InlineData(Credit, 1, "NGN", 0, 0, WalletRefusal.CurrencyMismatch)]
    [InlineData(Credit, 0, "USD", 0, 0, WalletRefusal.AmountNotPositive)]
    [InlineData(Refund, 1, "USD", 0, 0, null)]
    [InlineData(Refund, Max, "USD", Max, 0, null)]
    [InlineData(BankCredit, Max, "USD", Max, 0, null)]
    [InlineData(BankCredit, Max + 1, "USD", 0, 0, WalletRefusal.AmountTooLarge)]
    [InlineData(BankCredit, 1, "NGN", 0, 0, WalletRefusal.CurrencyMismatch)]
    [InlineData(BankCredit, 0, "USD", 0, 0, WalletRefusal.AmountNotPositive)]
    // Several reasons at once: the first in the order of the enum is given.
    [InlineData(Withdraw, 0, "NGN", 0, 0, WalletRefusal.AmountNotPositive)]
    [InlineData(Withdraw, Max + 1, "NGN", 0, 0, WalletRefusal.CurrencyMismatch)]
    [InlineData(Withdraw, Max + 1, "USD", 0, 0, WalletRefusal.AmountTooLarge)]
    public void A_wallet_decides(int kind, long amount, string currency, long balance, long held, WalletRefusal? expected)
    {
        var decision = Decide(kind, amount, currency, balance, held);
        Assert.Equal(expected, decision.Refusal);
        Assert.Equal(expected is null, decision.Event is not null);
    }

    [Theory]
    [InlineData(Deposit, EntryType.Fund, 30, 130, "external:cash", false)]
    [InlineData(BankCredit, EntryType.Fund, 30, 130, "external:globus", false)]
    [InlineData(Withdraw, EntryType.Withdraw, 30, 70, "external:cash", false)]
    [InlineData(Debit, EntryType.TransferOut, 30, 70, "wallet:0197a2b3-0000-7000-8000-0000000000bb", true)]
    [InlineData(Credit, EntryType.TransferIn, 30, 130, "wallet:0197a2b3-0000-7000-8000-0000000000bb", true)]
    [InlineData(Refund, EntryType.TransferRefund, 30, 130, "wallet:0197a2b3-0000-7000-8000-0000000000bb", true)]
    public void An_accepted_command_makes_one_entry_with_its_counter_account(
        int kind, EntryType type, long amount, long balanceAfter, string counterAccount, bool hasTransfer)
    {
        var state = Wallet(100, 0) with { Version = 7 };
        var happened = Decide(kind, amount, "USD", 100, 0).Event!;
        var entry = Postings.EntryOf(happened, state, WalletDecider.Evolve(state, happened));
        Assert.Equal(
            new Entry(
                EntryId, state.WalletId, 8, type, new Money(amount, state.Currency), 100, balanceAfter, counterAccount,
                entry.RequestId, hasTransfer ? TransferId : null, kind is Refund ? null : "words", Samples.Now, DebitedAt: kind is Refund ? Samples.Now : null),
            entry);
        Assert.Equal(balanceAfter, WalletDecider.Evolve(state, happened).BalanceMinor);
    }

    [Fact]
    public void An_entry_is_never_older_than_the_one_before_it()
    {
        var late = Wallet(100, 0) with { UpdatedAt = Samples.Now.AddHours(1) };
        var decision = WalletDecider.Decide(Samples.Command(Deposit, Usd(1)), late, EntryId, Samples.Now);
        Assert.Equal(late.UpdatedAt, decision.Event!.At);
    }

    [Fact]
    public void Holds_count_so_that_six_holds_of_a_thousand_do_not_fit_five_thousand() =>
        Assert.Equal(WalletRefusal.InsufficientFunds, Decide(Withdraw, 1_000, "USD", 5_000, 5_000).Refusal);

    private static WalletDecision Decide(int kind, long amount, string currency, long balance, long held) => WalletDecider.Decide(
        Samples.Command(kind, new Money(amount, Currency.Parse(currency)), "words", TransferId, OtherWallet), Wallet(balance, held), EntryId, Samples.Now);

    private static WalletState Wallet(long balance, long held) =>
        new(Guid.Parse("0197a2b3-0000-7000-8000-000000000001"), null, Currency.Parse("USD"), WalletStatus.Open, 0, balance, held, Samples.Now, Samples.Now);

    private static Money Usd(long minor) => new(minor, Currency.Parse("USD"));
}
