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
        var all = Enumerable.Range(0, 6).Select(kind => Samples.Command(kind, amount, null, Guid.Empty, Guid.Empty))
            .Concat(Enumerable.Range(2, 3).Select(kind => Samples.Command(kind, amount, null, Guid.Empty, other)))
            .Select(command => Convert.ToHexString(Fingerprint.Of(command)));
        Assert.Equal(9, all.Distinct().Count());
    }

    [Fact]
    public void The_proposed_transfer_id_and_the_request_id_are_not_content()
    {
        var debit = new DebitTransfer(RequestId.FromClient("a"), new Money(1, Currency.Parse("USD")), Guid.Empty, Guid.Empty);
        Assert.True(AreEqual(debit, debit with { TransferId = Guid.Parse("0197a2b3-0000-7000-8000-000000000001") }));
        Assert.True(AreEqual(debit, debit with { RequestId = RequestId.FromClient("b") }));
    }

    [Fact]
    public void Everything_a_caller_chooses_is_content_whatever_the_command()
    {
        Assert.True(Metadata.TryCreate([new("a", "b")], out var metadata));
        Assert.True(Metadata.TryCreate([new("a", "c")], out var otherMetadata));
        var (id, one, two) = (RequestId.FromClient("a"), new Money(1, Currency.Parse("USD")), new Money(2, Currency.Parse("USD")));
        var (hold, other) = (Guid.Parse("0197a2b3-0000-7000-8000-000000000001"), Guid.Parse("0197a2b3-0000-7000-8000-000000000002"));
        var hour = TimeSpan.FromHours(1);
        WalletCommand[] all =
        [
            new Deposit(id, one), new Deposit(id, one, null, metadata), new Deposit(id, one, null, otherMetadata), new Deposit(id, one, "", metadata),
            new PlaceHold(id, one, hold), new PlaceHold(id, two, hold), new PlaceHold(id, one, hold, hour), new PlaceHold(id, one, hold, 2 * hour),
            new PlaceHold(id, one, hold, hour, null, metadata),
            new CaptureHold(id, hold), new CaptureHold(id, other), new CaptureHold(id, hold, one), new CaptureHold(id, hold, two),
            new ReleaseHold(id, hold), new ReleaseHold(id, other), new ExpireHold(hold),
            new CaptureBill(hold, "water"), new CaptureBill(other, "water"), new CaptureBill(hold, "airtime"), new ReverseBill(hold), new ReverseBill(other),
            new DebitReversal(id, one, hold, hold, hold, 5, false), new DebitReversal(id, two, hold, hold, hold, 5, false),
            new DebitReversal(id, one, hold, hold, other, 5, false), new DebitReversal(id, one, hold, hold, hold, 5, true),
            new FreezeWallet(id), new FreezeWallet(id, "why"), new UnfreezeWallet(id), new CloseWallet(id),
            new SetLimits(id, WalletLimits.None), new SetLimits(id, new WalletLimits(1, null, null)), new SetLimits(id, new WalletLimits(null, 1, null)),
            new SetLimits(id, new WalletLimits(null, null, 1)), new SetLimits(id, new WalletLimits(1, 1, 1)),
        ];
        Assert.Equal(all.Length, all.Select(command => Convert.ToHexString(Fingerprint.Of(command))).Distinct().Count());
        Assert.True(AreEqual(all[4], new PlaceHold(id, one, other)));
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
