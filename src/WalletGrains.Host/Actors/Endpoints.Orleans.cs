using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace WalletGrains.Host.Actors;

/// <summary>Address and ports of this silo.</summary>
/// <param name="Address">What the other processes connect to, and the only address that is listened on.</param>
/// <param name="SiloPort">For the other silos.</param>
/// <param name="GatewayPort">For clients.</param>
internal sealed record Endpoints(IPAddress Address, int SiloPort, int GatewayPort)
{
    public static Endpoints Of(ActorOptions options)
    {
        var address = options switch
        {
            { AdvertisedAddress: { } given } => IPAddress.Parse(given),
            { Clustering: ActorClustering.Localhost } => IPAddress.Loopback,
            _ => OwnAddress(),
        };
        var free = FreePorts(address);
        return new Endpoints(
            address,
            options.SiloPort is > 0 ? options.SiloPort.Value : free.First,
            options.GatewayPort is > 0 ? options.GatewayPort.Value : free.Second);
    }

    /// <summary>A machine with a gateway is reached through the address beside it; one without any network only from itself.</summary>
    private static IPAddress OwnAddress() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Select(network => network.GetIPProperties())
            .OrderByDescending(network => network.GatewayAddresses.Count > 0)
            .SelectMany(network => network.UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork) ?? IPAddress.Loopback;

    // Both listeners are open at once, so the two ports differ.
    private static (int First, int Second) FreePorts(IPAddress address)
    {
        using var first = new TcpListener(address, 0);
        using var second = new TcpListener(address, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }
}
