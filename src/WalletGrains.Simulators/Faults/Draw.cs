using System.Runtime.InteropServices;

namespace WalletGrains.Simulators.Faults;

/// <summary>
/// Numbers that depend on nothing but the seed and what they are drawn for. So the fate of the second call about some payment
/// is the same in every run with that seed, however calls overlap.
/// </summary>
internal static class Draw
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    /// <summary>A number from 0 up to and without 1.</summary>
    /// <param name="seed">Of the run.</param>
    /// <param name="purpose">Tells apart what is drawn for the same call.</param>
    /// <param name="route">What is called.</param>
    /// <param name="key">What it is about.</param>
    /// <param name="occurrence">The how manieth call of this route and key it is.</param>
    public static double Unit(long seed, int purpose, string route, string key, int occurrence) =>
        (Number(seed, purpose, route, key, occurrence) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number of 64 bits.</summary>
    public static ulong Number(long seed, int purpose, string route, string key, int occurrence)
    {
        unchecked
        {
            var hash = Mix(FnvOffset, MemoryMarshal.AsBytes(route.AsSpan()));
            hash = Mix((hash ^ 0xFF) * FnvPrime, MemoryMarshal.AsBytes(key.AsSpan()));
            return Finish(Finish(hash ^ (ulong)seed) + Finish(((ulong)(uint)purpose << 32) | (uint)occurrence));
        }
    }

    private static ulong Mix(ulong hash, ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            foreach (var value in bytes)
            {
                hash = (hash ^ value) * FnvPrime;
            }
        }

        return hash;
    }

    /// <summary>The finalizer of SplitMix64: spreads every bit over all.</summary>
    private static ulong Finish(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
