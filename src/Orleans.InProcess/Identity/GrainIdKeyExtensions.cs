using System.Buffers.Text;

namespace Orleans.Runtime;

/// <summary>Writes Guid and integer keys into grain ids and reads them back.</summary>
/// <remarks>Differs from Orleans: compound keys (a key with an extension) are not offered.</remarks>
public static class GrainIdKeyExtensions
{
    private const int GuidLength = 32;

    public static IdSpan CreateIntegerKey(long key)
    {
        Span<byte> digits = stackalloc byte[16];
        Utf8Formatter.TryFormat(key, digits, out var length, 'X');
        return new IdSpan(digits[..length].ToArray());
    }

    public static IdSpan CreateGuidKey(Guid key)
    {
        var digits = new byte[GuidLength];
        Utf8Formatter.TryFormat(key, digits, out _, 'N');
        return new IdSpan(digits);
    }

    /// <exception cref="ArgumentException">The key is not an integer.</exception>
    public static long GetIntegerKey(this GrainId grainId) =>
        grainId.TryGetIntegerKey(out var key) ? key : throw new ArgumentException($"The key of {grainId} is not an integer.", nameof(grainId));

    /// <exception cref="ArgumentException">The key is not a Guid.</exception>
    public static Guid GetGuidKey(this GrainId grainId) =>
        grainId.TryGetGuidKey(out var key) ? key : throw new ArgumentException($"The key of {grainId} is not a Guid.", nameof(grainId));

    internal static bool TryGetIntegerKey(this GrainId grainId, out long key)
    {
        var digits = grainId.Key.AsSpan();
        return Utf8Parser.TryParse(digits, out key, out var read, 'X') && read == digits.Length;
    }

    internal static bool TryGetGuidKey(this GrainId grainId, out Guid key)
    {
        key = default;
        var digits = grainId.Key.AsSpan();
        return digits.Length == GuidLength && Utf8Parser.TryParse(digits, out key, out var read, 'N') && read == GuidLength;
    }
}
