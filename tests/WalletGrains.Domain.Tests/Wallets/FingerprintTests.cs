using FsCheck.Fluent;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

public sealed class FingerprintTests
{
    [Fact]
    public void Requests_of_equal_content_have_equal_fingerprints_and_of_other_content_others() => Law.Holds(
        from one in Samples.Commands from other in Samples.Commands select (one, other),
        pair => AreEqual(pair.one, pair.other) == (Content(pair.one) == Content(pair.other)) && AreEqual(pair.one, pair.one with { }));

    [Fact]
    public void Any_change_of_the_content_changes_the_fingerprint() => Law.Holds(Samples.Commands, command =>
    {
        var amount = command.Amount;
        Assert.False(AreEqual(command, command with { Amount = amount with { MinorUnits = amount.MinorUnits ^ 1 } }));
        Assert.False(AreEqual(command, command with { Amount = amount with { Currency = Currency.Parse("MWK") } }));
        Assert.False(AreEqual(command, command with { Description = command.Description + "x" }));
        Assert.False(AreEqual(command, command with { Description = command.Description is null ? "" : null }));
    });

    [Fact]
    public void The_kind_and_the_other_wallet_are_content()
    {
        var amount = new Money(100, Currency.Parse("USD"));
        var other = Guid.Parse("0197a2b3-0000-7000-8000-000000000001");
        var all = Enumerable.Range(0, 5).Select(kind => Samples.Command(kind, amount, null, Guid.Empty, Guid.Empty))
            .Concat(Enumerable.Range(2, 3).Select(kind => Samples.Command(kind, amount, null, Guid.Empty, other)))
            .Select(command => Convert.ToHexString(Fingerprint.Of(command)));
        Assert.Equal(8, all.Distinct().Count());
    }

    [Fact]
    public void The_proposed_transfer_id_and_the_request_id_are_not_content()
    {
        var debit = new DebitTransfer(RequestId.FromClient("a"), new Money(1, Currency.Parse("USD")), Guid.Empty, Guid.Empty);
        Assert.True(AreEqual(debit, debit with { TransferId = Guid.Parse("0197a2b3-0000-7000-8000-000000000001") }));
        Assert.True(AreEqual(debit, debit with { RequestId = RequestId.FromClient("b") }));
    }

    [Fact]
    public void The_longest_description_has_a_fingerprint()
    {
        var longest = new Deposit(RequestId.FromClient("a"), new Money(1, Currency.Parse("USD")), new string('€', 5_000));
        Assert.Equal(Fingerprint.Length, Fingerprint.Of(longest).Length);
        Assert.False(AreEqual(longest, longest with { Description = longest.Description + "€" }));
    }

    /// <summary>Stored with every entry: it may never change, or repeats of old requests would be refused.</summary>
    [Fact]
    public void The_fingerprint_never_changes() => Assert.Equal(
        "06DDAB63372272A7581964E29C94CA72",
        Convert.ToHexString(Fingerprint.Of(Samples.Command(
            2, new Money(10_050, Currency.Parse("NGN")), "Rent \"May\" 😀", Guid.Empty, Guid.Parse("0197a2b3-0000-7000-8000-0000000000bb")))));

    private static bool AreEqual(WalletCommand one, WalletCommand other) => Fingerprint.Of(one).AsSpan().SequenceEqual(Fingerprint.Of(other));

    private static (Type, Money, string?, Guid) Content(MoneyCommand command) => (command.GetType(), command.Amount, command.Description, command switch
    {
        DebitTransfer debit => debit.ToWalletId,
        CreditTransfer credit => credit.FromWalletId,
        RefundTransfer refund => refund.ToWalletId,
        _ => Guid.Empty,
    });
}
