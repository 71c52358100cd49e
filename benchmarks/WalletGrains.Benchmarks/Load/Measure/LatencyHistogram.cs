using System.Numerics;

namespace WalletGrains.Benchmarks.Load.Measure;

/// <summary>
/// Counts latencies in buckets whose width grows with the value, as HdrHistogram does: microseconds up to 256, then 128
/// buckets for each doubling, so every figure is right to 1/128. Fixed memory; many threads may record.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 7;
    private const int SubBuckets = 1 << SubBucketBits;

    /// <summary>Longer ones count as this: 2^32 microseconds are more than an hour.</summary>
    private const long MaxMicroseconds = (1L << 32) - 1;

    private readonly long[] _counts = new long[BucketOf(MaxMicroseconds) + 1];
    private long _maxMicroseconds;

    public long Count => _counts.Sum();

    public void Record(TimeSpan latency)
    {
        var microseconds = Math.Clamp(latency.Ticks / TimeSpan.TicksPerMicrosecond, 0, MaxMicroseconds);
        Interlocked.Increment(ref _counts[BucketOf(microseconds)]);
        var max = Volatile.Read(ref _maxMicroseconds);
        while (microseconds > max)
        {
            var seen = Interlocked.CompareExchange(ref _maxMicroseconds, microseconds, max);
            if (seen == max)
            {
                return;
            }

            max = seen;
        }
    }

    /// <summary>The figures; call it when nobody records any more.</summary>
    public LatencySummary Summarize() =>
        new(At(0.50), At(0.99), At(0.999), _maxMicroseconds / 1_000.0);

    /// <summary>The latency in milliseconds that the given share of operations does not exceed.</summary>
    private double At(double share)
    {
        var rank = (long)Math.Ceiling(Count * share);
        var seen = 0L;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= rank && seen > 0)
            {
                return Math.Min(UpperEdge(bucket), _maxMicroseconds) / 1_000.0;
            }
        }

        return 0;
    }

    private static int BucketOf(long microseconds)
    {
        // Values below two rows of sub-buckets have a bucket each; above, the leading 8 bits choose it.
        var shift = Math.Max(0, 63 - BitOperations.LeadingZeroCount((ulong)microseconds | 1) - SubBucketBits);
        return (shift * SubBuckets) + (int)(microseconds >> shift);
    }

    private static long UpperEdge(int bucket)
    {
        var shift = Math.Max(0, (bucket / SubBuckets) - 1);
        return ((bucket - (shift * SubBuckets) + 1L) << shift) - 1;
    }
}

/// <summary>Latencies in milliseconds.</summary>
internal sealed record LatencySummary(double P50, double P99, double P999, double Max);
