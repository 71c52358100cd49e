using System.Buffers.Binary;
using System.Security.Cryptography;

namespace WalletGrains.Grains;

/// <summary>Makes the ids that the server chooses: UUIDs of version 7, ordered by time. A simulation overrides it.</summary>
/// <remarks>Their random bits are those of the system's generator, fetched for many ids at once: asked for each of them, it was as dear as an entry's hash.</remarks>
public class IdGenerator(TimeProvider time)
{
    private const int RandomLength = 10;
    private const int FetchedLength = 128 * RandomLength;

    [ThreadStatic]
    private static byte[]? _fetched;

    [ThreadStatic]
    private static int _left;

    /// <summary>A new id.</summary>
    public virtual Guid NewId()
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, time.GetUtcNow().ToUnixTimeMilliseconds() << 16);
        TakeRandom(id[(id.Length - RandomLength)..]);
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }

    private static void TakeRandom(Span<byte> random)
    {
        var fetched = _fetched ??= new byte[FetchedLength];
        if (_left == 0)
        {
            RandomNumberGenerator.Fill(fetched);
            _left = fetched.Length;
        }

        _left -= RandomLength;
        fetched.AsSpan(_left, RandomLength).CopyTo(random);
    }
}
