using System.Net;
using System.Net.Sockets;

namespace WalletGrains.Api.Protection;

/// <summary>
/// By what clients are told apart that have shown no credential. An IPv4 address is one network: what stands beside it in its block is somebody else's. A
/// customer of an IPv6 network has all of its 64 bits to choose addresses from.
/// </summary>
internal static class ClientNetwork
{
    /// <summary>What a buffer must have room for: a whole IPv6 address.</summary>
    public const int MaxBytes = 16;

    private const int Ipv4Bytes = 4;
    private const int Ipv6NetworkBytes = 8;

    /// <summary>The bytes of a client's network; none when the address is not known.</summary>
    public static byte[] Of(IPAddress? address)
    {
        Span<byte> network = stackalloc byte[MaxBytes];
        return network[..Write(address, network)].ToArray();
    }

    /// <summary>The same into a buffer of <see cref="MaxBytes"/> bytes.</summary>
    /// <returns>How many there are.</returns>
    public static int Write(IPAddress? address, Span<byte> network)
    {
        if (address is null || !address.TryWriteBytes(network, out var length))
        {
            return 0;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            network[^Ipv4Bytes..].CopyTo(network);
            return Ipv4Bytes;
        }

        return address.AddressFamily is AddressFamily.InterNetworkV6 ? Ipv6NetworkBytes : length;
    }
}
