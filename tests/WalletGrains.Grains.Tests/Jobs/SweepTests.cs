using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Grains.Jobs;
using Xunit;

namespace WalletGrains.Grains.Tests.Jobs;

/// <summary>Runs over more than one run may handle.</summary>
public sealed class SweepTests
{
    private const int MostOfOneRun = GrainLimits.MaxSweepPages * GrainLimits.SweepPage;

    [Theory]
    [InlineData(0, true)]
    [InlineData(MostOfOneRun - 1, true)]
    [InlineData(MostOfOneRun, false)]
    [InlineData(MostOfOneRun + 1, false)]
    public async Task A_run_that_reached_its_limit_is_due_again_at_once_and_another_one_when_its_period_has_passed(int waiting, bool isWhole)
    {
        var run = await RunAsync(waiting, ended: 1);
        Assert.Equal(new SweepRun(Math.Min(waiting, MostOfOneRun), isWhole), run);
        Assert.Equal(isWhole ? new JobOutcome.Done() : new JobOutcome.AgainIn(TimeSpan.Zero), run.Outcome);
    }

    [Fact]
    public async Task A_run_that_brought_nothing_to_its_end_is_not_repeated_at_once() =>
        Assert.Equal(new JobOutcome.Done(), (await RunAsync(MostOfOneRun + 1, ended: 0)).Outcome);

    private static Task<SweepRun> RunAsync(int waiting, int ended) => Sweep.RunAsync<object, int>(
        "test",
        (last, limit) => Task.FromResult<IReadOnlyList<object>>(
            [.. Enumerable.Range(1, waiting).SkipWhile(row => row <= (last as int? ?? 0)).Take(limit).Cast<object>()]),
        row => (int)row,
        1_000,
        _ => Task.FromResult(ended),
        NullLogger.Instance);
}
