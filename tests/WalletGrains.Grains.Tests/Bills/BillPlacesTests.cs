using WalletGrains.Grains.Bills;
using WalletGrains.Grains.Jobs;
using Xunit;

namespace WalletGrains.Grains.Tests.Bills;

public sealed class BillPlacesTests
{
    [Fact]
    public async Task A_slow_biller_has_its_places_and_leaves_the_others_theirs()
    {
        var (places, slow) = (new BillPlaces(2), new TaskCompletionSource<JobOutcome>());
        var running = new[] { places.RunAsync(Of("slow"), () => slow.Task), places.RunAsync(Of("slow"), () => slow.Task) };
        Assert.IsType<JobOutcome.Postponed>(await places.RunAsync(Of("slow"), () => throw new InvalidOperationException("There is no place.")));
        Assert.IsType<JobOutcome.Done>(await places.RunAsync(Of("other"), Done));

        // A place is free again, also of one that threw.
        slow.SetException(new TimeoutException());
        foreach (var run in running)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => run);
        }

        Assert.IsType<JobOutcome.Done>(await places.RunAsync(Of("slow"), Done));
    }

    private static Task<JobOutcome> Done() => Task.FromResult<JobOutcome>(new JobOutcome.Done());

    private static JobRun Of(string biller) => new(Guid.CreateVersion7(), "key", System.Text.Encoding.UTF8.GetBytes(biller), default, default, 1);
}
