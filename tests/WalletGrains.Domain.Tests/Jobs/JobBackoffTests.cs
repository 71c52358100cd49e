using WalletGrains.Domain.Jobs;
using Xunit;

namespace WalletGrains.Domain.Tests.Jobs;

public sealed class JobBackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1, 0.5, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(3, 2, 4)]
    [InlineData(6, 16, 32)]
    [InlineData(7, 30, 60)]
    [InlineData(8, 30, 60)]
    [InlineData(int.MaxValue, 30, 60)]
    [InlineData(0, 0.5, 1)]
    public void A_wait_doubles_up_to_its_limit_and_half_of_it_is_jitter(int attempt, double from, double to)
    {
        for (var i = 0; i < 1_000; i++)
        {
            Assert.InRange(JobBackoff.After(Id(i), attempt, First, Longest).TotalSeconds, from, to);
        }
    }

    [Fact]
    public void Jobs_that_fail_together_come_back_spread_evenly()
    {
        var tenths = new int[10];
        for (var i = 0; i < 10_000; i++)
        {
            tenths[(int)((JobBackoff.After(Id(i), 1, First, Longest).TotalSeconds - 0.5) * 20)]++;
        }

        Assert.All(tenths, count => Assert.InRange(count, 800, 1_200));
    }

    [Fact]
    public void The_same_attempt_waits_the_same_and_the_next_one_has_another_jitter()
    {
        Assert.Equal(JobBackoff.After(Id(1), 2, First, Longest), JobBackoff.After(Id(1), 2, First, Longest));
        Assert.NotEqual(2 * JobBackoff.After(Id(1), 1, First, Longest), JobBackoff.After(Id(1), 2, First, Longest));
    }

    /// <summary>Ids that differ in a few bits only, as those made in the same millisecond may.</summary>
    private static Guid Id(int number) => new(number, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 0);
}
