using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests;

public sealed class IdGeneratorTests
{
    [Fact]
    public void An_id_is_a_uuid_of_version_7_with_its_time()
    {
        var time = new ManualTimeProvider();
        var ids = new IdGenerator(time);
        for (var i = 0; i < 1_000; i++)
        {
            var id = ids.NewId();
            Assert.Equal(7, id.Version);
            Assert.InRange(id.Variant, 8, 11);
            Assert.Equal(time.GetUtcNow().ToUnixTimeMilliseconds(), Convert.ToInt64(id.ToString("N")[..12], 16));
            time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(id.CompareTo(ids.NewId()) < 0);
        }
    }

    [Fact]
    public async Task No_two_ids_are_the_same_on_any_threads()
    {
        var ids = new IdGenerator(new ManualTimeProvider());
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 10_000).Select(_ => ids.NewId()).ToArray())));
        Assert.Equal(40_000, made.SelectMany(each => each).Distinct().Count());
    }

    [Fact]
    public void All_bits_but_those_of_time_version_and_variant_are_random()
    {
        var ids = new IdGenerator(new ManualTimeProvider());
        var (set, unset) = (new byte[16], new byte[16]);
        for (var i = 0; i < 1_000; i++)
        {
            var bytes = ids.NewId().ToByteArray(bigEndian: true);
            for (var at = 0; at < bytes.Length; at++)
            {
                set[at] |= bytes[at];
                unset[at] |= (byte)(bytes[at] ^ 0xFF);
            }
        }

        var random = set.Zip(unset, (one, none) => (byte)(one & none)).ToArray();
        Assert.Equal("0FFF3FFFFFFFFFFFFFFF", Convert.ToHexString(random.AsSpan(6)));
    }
}
