using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

/// <summary>What a bulk transfer has reserved is ended by that bulk only.</summary>
public sealed class BulkHoldTests
{
    private static readonly Guid BulkId = Guid.Parse("0197a2b3-0000-7000-8000-0000000000b0");
    private static readonly Guid HoldId = Guid.Parse("0197a2b3-0000-7000-8000-0000000000c0");
    private static readonly Guid Other = Guid.Parse("0197a2b3-0000-7000-8000-0000000000bb");
    private static readonly RequestId Client = RequestId.FromClient("mine");

    public static TheoryData<WalletCommand, WalletRefusal?> Ends() => new()
    {
        { new ReleaseHold(Client, HoldId), WalletRefusal.HoldNotActive },
        { new CaptureHold(Client, HoldId), WalletRefusal.HoldNotActive },
        { new CaptureHold(RequestId.ForBulkRelease(BulkId, 0), HoldId), WalletRefusal.HoldNotActive },
        { new ExpireHold(HoldId), WalletRefusal.HoldNotActive },
        { new ReleaseHold(RequestId.ForBulkRelease(BulkId, 0), HoldId), null },
        { new DebitHeldTransfer(Usd(40), Other, Other, HoldId, BulkId), null },
    };

    [Theory]
    [MemberData(nameof(Ends), DisableDiscoveryEnumeration = true)]
    public void Only_its_bulk_ends_the_hold_of_a_leg(WalletCommand command, WalletRefusal? expected)
    {
        var held = Held(RequestId.ForBulkHold(BulkId, 0));
        Assert.Equal(expected, WalletDecider.Decide(command, held, Other, Samples.Now).Refusal);

        // Also after the wallet was read from its head row.
        var reloaded = held with { Details = DetailsContent.Decode(DetailsContent.Encode(held.Details)) };
        Assert.Equal(held.Details, reloaded.Details);
        Assert.Equal(expected, WalletDecider.Decide(command, reloaded, Other, Samples.Now).Refusal);
    }

    [Fact]
    public void The_hold_of_a_client_is_the_clients_to_end()
    {
        var held = Held(Client);
        Assert.Null(WalletDecider.Decide(new ReleaseHold(Client, HoldId), held, Other, Samples.Now).Refusal);
        Assert.Null(WalletDecider.Decide(new CaptureHold(Client, HoldId), held, Other, Samples.Now).Refusal);
    }

    private static WalletState Held(RequestId requestId)
    {
        var state = new WalletState(BulkId, null, Currency.Parse("USD"), WalletStatus.Open, 0, 100, 0, Samples.Now, Samples.Now);
        return WalletDecider.Evolve(state, WalletDecider.Decide(new PlaceHold(requestId, Usd(40), HoldId), state, Other, Samples.Now).Event!);
    }

    private static Money Usd(long minor) => new(minor, Currency.Parse("USD"));
}
