using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;

namespace WalletGrains.Benchmarks.Calls;

/// <summary>One Orleans silo with this project's grains and nothing else.</summary>
internal static class CallsRuntime
{
    public static void Add(IHostApplicationBuilder builder) =>
        builder.UseOrleans(silo => silo.UseLocalhostClustering(FreePort(), FreePort()));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
