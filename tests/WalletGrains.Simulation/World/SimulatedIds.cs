using System.Buffers.Binary;
using WalletGrains.Grains;

namespace WalletGrains.Simulation.World;

/// <summary>The ids a silo makes: UUIDs of version 7 like the real ones, with the seed for chance.</summary>
internal sealed class SimulatedIds(TimeProvider time, Random random) : IdGenerator(time)
{
    private readonly TimeProvider _time = time;

    public override Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes, (_time.GetUtcNow().ToUnixTimeMilliseconds() << 16) | 0x7000 | (long)random.Next(0x1000));
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
