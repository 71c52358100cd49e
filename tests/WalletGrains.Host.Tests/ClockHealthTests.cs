using Microsoft.Extensions.Diagnostics.HealthChecks;
using WalletGrains.Host.Health;
using WalletGrains.Journal.Clocks;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Host.Tests;

/// <summary>What /health/ready says about clocks.</summary>
public sealed class ClockHealthTests
{
    private readonly ManualTimeProvider _truth = new();

    [Fact]
    public async Task A_host_that_does_not_know_the_time_is_not_ready_and_says_why()
    {
        var machine = new JumpingClock(_truth) { Ahead = TimeSpan.FromDays(365) };
        var clock = new DatabaseClock(machine);
        await CompareAsync(clock);
        Assert.Equal(
            (HealthStatus.Unhealthy, "This machine's clock says 2031-01-01 12:00:00Z, the database's 2030-01-01 12:00:00Z."), await LookAsync(clock));
    }

    [Fact]
    public async Task A_host_whose_clock_jumped_goes_on_and_says_so()
    {
        var machine = new JumpingClock(_truth);
        var clock = new DatabaseClock(machine);
        await CompareAsync(clock);
        Assert.Equal((HealthStatus.Healthy, null), await LookAsync(clock));

        machine.Ahead = TimeSpan.FromHours(1);
        await CompareAsync(clock);
        Assert.Equal(HealthStatus.Degraded, (await LookAsync(clock)).Status);
    }

    private Task<bool> CompareAsync(DatabaseClock clock) =>
        clock.CompareAsync(_ => Task.FromResult(_truth.GetUtcNow()), TestContext.Current.CancellationToken);

    private static async Task<(HealthStatus Status, string? Description)> LookAsync(DatabaseClock clock)
    {
        var result = await new ClockHealth(clock).CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);
        return (result.Status, result.Description);
    }
}
