using System.Text;
using WalletGrains.Grains.Jobs;

namespace WalletGrains.Grains.Bills;

/// <summary>
/// How many jobs of one kind are at each biller. All of a kind run in one activation, so this holds for the cluster; while there are two, a biller may have
/// twice as many.
/// </summary>
/// <param name="perBiller">As many of each biller.</param>
internal sealed class BillPlaces(int perBiller)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _taken = [];

    /// <summary>Does a job of the biller that its payload names; later, and with no attempt used up, while that one has no place.</summary>
    public async Task<JobOutcome> RunAsync(JobRun job, Func<Task<JobOutcome>> run)
    {
        var biller = Encoding.UTF8.GetString(job.Payload.Span);
        lock (_lock)
        {
            var taken = _taken.GetValueOrDefault(biller);
            if (taken == perBiller)
            {
                return new JobOutcome.Postponed(BillerLimits.PlacePause);
            }

            _taken[biller] = taken + 1;
        }

        try
        {
            return await run();
        }
        finally
        {
            lock (_lock)
            {
                _taken[biller]--;
            }
        }
    }
}
