using System.Text;
using FsCheck;
using FsCheck.Fluent;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Bulks;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Bulks;

public sealed class LegsContentTests
{
    private static readonly Gen<BulkLeg> Legs =
        from one in Samples.Ids
        from other in Samples.Ids
        from amount in Samples.AnyMinorUnits
        from currency in Samples.Currencies
        from words in Samples.Description
        select new BulkLeg(one, other, new Money(amount, currency), words);

    [Fact]
    public void Legs_are_read_as_they_were_written() => Law.Holds(
        from leg in Legs
        from id in Samples.Ids
        from count in Gen.Choose(0, 5)
        select Enumerable.Range(0, count).Select(_ => new PlannedLeg(leg, id, id)).ToList(),
        planned => LegsContent.Decode(LegsContent.Encode(planned)).SequenceEqual(planned));

    [Fact]
    public void Any_change_of_a_leg_or_of_their_order_changes_the_fingerprint() => Law.Holds(
        from first in Legs
        from second in Legs
        select (first, second),
        legs =>
        {
            var all = new BulkLeg[][]
            {
                [legs.first], [legs.first, legs.second], [legs.second, legs.first], [legs.first, legs.first],
                [legs.first with { Description = legs.first.Description + "x" }], [legs.first with { Amount = legs.first.Amount with { MinorUnits = 12_345 } }],
                [legs.first with { FromWalletId = legs.first.ToWalletId, ToWalletId = legs.first.FromWalletId }],
            };
            var distinct = all.DistinctBy(Key).ToList();
            return distinct.Select(sample => Convert.ToHexString(LegsContent.FingerprintOf(sample))).Distinct().Count() == distinct.Count
                && LegsContent.FingerprintOf(all[1]).Length == Fingerprint.Length;
        });

    [Fact]
    public void A_payer_may_have_a_hold_open_for_every_leg_of_a_bulk() => Assert.InRange(Limits.MaxBulkLegs, 1, Limits.MaxOpenHolds);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[{}]")]
    [InlineData("[1]")]
    public void What_is_not_legs_is_an_error(string text) =>
        Assert.Throws<FormatException>(() => LegsContent.Decode(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_failure_is_a_refusal_or_that_the_bulk_was_given_up()
    {
        Assert.Null(BulkFailure.Parse(BulkFailure.Abandoned));
        Assert.All(Enum.GetValues<WalletRefusal>(), refusal => Assert.Equal(refusal, BulkFailure.Parse(RefusalContent.NameOf(refusal))));
        Assert.Throws<FormatException>(() => BulkFailure.Parse("NOTHING"));
    }

    private static string Key(BulkLeg[] legs) => string.Join('|', legs.Select(leg => leg.ToString()));
}
