using System.Net;
using System.Net.Sockets;

namespace WalletGrains.Chaos.Cluster;

/// <summary>
/// Ports for hosts that are killed and come back at the same place. Not from the range that the system gives to outgoing
/// connections: one of those could take the port while its host is down.
/// </summary>
internal static class FreePort
{
    private const int First = 15_000;
    private const int Last = 32_000;

    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's.
            }
        }
    }
}
