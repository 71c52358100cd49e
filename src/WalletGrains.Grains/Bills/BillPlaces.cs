using System.Text;
using WalletGrains.Domain.Jobs;
using WalletGrains.Grains.Jobs;

namespace WalletGrains.Grains.Bills;

/// <summary>
/// How many jobs of one kind are at each biller. All of a kind run in one activation, so this holds for the cluster; while there are two, a biller may have
/// twice as many. A job without a place comes back when those before it have had theirs, as far as can be foreseen: each look at it is two writes of its row, and
/// holds up the jobs of other billers.
/// </summary>
/// <param name="perBiller">As many of each biller.</param>
/// <param name="time">Measures calls.</param>
internal sealed class BillPlaces(int perBiller, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue> _queues = [];

    /// <summary>Does a job of the biller that its payload names; later, and with no attempt used up, while that one has no place.</summary>
    public async Task<JobOutcome> RunAsync(JobRun job, Func<Task<JobOutcome>> run)
    {
        var biller = Encoding.UTF8.GetString(job.Payload.Span);
        Queue? queue;
        long begunAt;
        lock (_lock)
        {
            if (!_queues.TryGetValue(biller, out queue))
            {
                _queues.Add(biller, queue = new Queue());
            }

            begunAt = time.GetTimestamp();
            if (queue.Taken == perBiller)
            {
                return new JobOutcome.Postponed(WaitOf(job, queue, begunAt));
            }

            queue.Taken++;
            queue.BegunAt = begunAt;
        }

        JobOutcome? outcome = null;
        try
        {
            return outcome = await run();
        }
        finally
        {
            lock (_lock)
            {
                queue.Taken--;

                // A biller that is left alone has not been called, which says nothing of how long that takes.
                queue.CallTime = outcome is JobOutcome.Postponed ? queue.CallTime : ((3 * queue.CallTime) + time.GetElapsedTime(begunAt)) / 4;
            }
        }
    }

    /// <summary>
    /// Puts a job behind those that wait already, a place's share of a call's time each. While all places are taken the job that was begun last is in one of
    /// them, so a call takes at least as long as that one has.
    /// </summary>
    private TimeSpan WaitOf(JobRun job, Queue queue, long now)
    {
        var elapsed = time.GetElapsedTime(queue.BegunAt, now);
        var share = (queue.CallTime > elapsed ? queue.CallTime : elapsed) / perBiller;
        var last = time.GetElapsedTime(now, queue.EndsAt);
        var wait = (last > TimeSpan.Zero ? last : TimeSpan.Zero) + share;
        if (wait >= BillerLimits.MaxPlacePause)
        {
            // Nobody can say, and not all of them come back together.
            return JobBackoff.After(job.JobId, job.Attempt, BillerLimits.MaxPlacePause, BillerLimits.MaxPlacePause);
        }

        queue.EndsAt = now + (long)(wait.TotalSeconds * time.TimestampFrequency);
        return wait > BillerLimits.MinPlacePause ? wait : BillerLimits.MinPlacePause;
    }

    /// <summary>The jobs of one biller.</summary>
    private sealed class Queue
    {
        /// <summary>How many are at it.</summary>
        public int Taken { get; set; }

        /// <summary>When the last one of those was begun.</summary>
        public long BegunAt { get; set; }

        /// <summary>About how long each is at it.</summary>
        public TimeSpan CallTime { get; set; } = BillerLimits.AssumedCallTime;

        /// <summary>When those that wait will have had their places.</summary>
        public long EndsAt { get; set; }
    }
}
