using System.Buffers.Binary;
using System.Numerics;

namespace WalletGrains.Domain.Jobs;

/// <summary>How long a failed job waits.</summary>
public static class JobBackoff
{
    // 2^30 times the shortest wait is above every longest one.
    private const int MaxDoublings = 30;

    /// <summary>
    /// Twice as long as after the attempt before, and of that between a half and the whole: jobs that failed together do not come back
    /// together. The jitter follows from the job and the attempt, so it needs no source of chance.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="attempt">How often it was begun; from 1.</param>
    /// <param name="first">The wait after the first attempt, before its jitter.</param>
    /// <param name="longest">No wait is longer.</param>
    public static TimeSpan After(Guid jobId, int attempt, TimeSpan first, TimeSpan longest)
    {
        var doublings = Math.Clamp(attempt - 1, 0, MaxDoublings);
        var wait = Math.Min(longest.TotalSeconds, first.TotalSeconds * (1L << doublings));
        return TimeSpan.FromSeconds(wait * (0.5 + (Share(jobId, attempt) / 2)));
    }

    /// <summary>Between 0 and 1, spread evenly over jobs and attempts.</summary>
    private static double Share(Guid jobId, int attempt)
    {
        Span<byte> bytes = stackalloc byte[16];
        jobId.TryWriteBytes(bytes);
        unchecked
        {
            // The finalizer of MurmurHash3: every bit of the input moves every bit of the result.
            var hash = BinaryPrimitives.ReadUInt64LittleEndian(bytes)
                ^ BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), 32)
                ^ ((ulong)attempt * 0x9E3779B97F4A7C15);
            hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
            hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
            return ((hash ^ (hash >> 33)) >> 11) * (1.0 / (1UL << 53));
        }
    }
}
