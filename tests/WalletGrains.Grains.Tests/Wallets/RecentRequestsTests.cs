using WalletGrains.Contracts;
using WalletGrains.Grains.Wallets;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Wallets;

public sealed class RecentRequestsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecentRequests _recent;

    public RecentRequestsTests() => _recent = new RecentRequests(_time);

    [Fact]
    public void A_busy_wallet_remembers_so_many_requests_and_no_more()
    {
        Add(0, GrainLimits.MaxRememberedRequests + 10);
        Assert.All(Enumerable.Range(10, GrainLimits.MaxRememberedRequests), i => Assert.True(_recent.MayContain(Id(i))));
        Assert.InRange(Enumerable.Range(0, 10).Count(i => _recent.MayContain(Id(i))), 0, 1);
    }

    [Fact]
    public void A_request_is_remembered_as_long_as_its_caller_may_still_wait()
    {
        Add(0, 1_000);
        _time.Advance(GrainLimits.RememberRequests);
        Add(1_000, 25);
        Assert.All(Enumerable.Range(0, 1_025), i => Assert.True(_recent.MayContain(Id(i))));
    }

    [Fact]
    public void Newer_ones_take_the_place_of_older_ones_in_their_order()
    {
        Add(0, 1_000);
        _time.Advance(GrainLimits.RememberRequests + TimeSpan.FromMilliseconds(1));

        // 1,024 places: 24 are free.
        Add(1_000, 124);
        Assert.InRange(Enumerable.Range(0, 100).Count(i => _recent.MayContain(Id(i))), 0, 1);
        Assert.All(Enumerable.Range(100, 1_024), i => Assert.True(_recent.MayContain(Id(i))));
    }

    [Fact]
    public void A_request_that_comes_again_takes_no_place()
    {
        for (var i = 0; i < 100; i++)
        {
            Add(0, GrainLimits.MinRememberedRequests);
        }

        _time.Advance(GrainLimits.RememberRequests + TimeSpan.FromMilliseconds(1));
        Add(100, 1);
        Assert.False(_recent.MayContain(Id(0)));
        Assert.True(_recent.MayContain(Id(1)));
    }

    [Fact]
    public void Nothing_is_remembered_before_the_first() => Assert.False(_recent.MayContain(Id(0)));

    private static RequestId Id(int number) => RequestId.FromClient($"r{number}");

    private void Add(int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            _recent.Add(Id(i));
        }
    }
}
