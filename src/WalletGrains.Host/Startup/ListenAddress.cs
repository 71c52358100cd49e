using System.Net;
using System.Net.Sockets;

namespace WalletGrains.Host.Startup;

/// <summary>Tells before anything is started whether the address to listen on can be had.</summary>
internal static class ListenAddress
{
    /// <summary>Binds each of the addresses, which have semicolons between them, for a moment.</summary>
    /// <exception cref="StartupException">One is not an address, or somebody else has it.</exception>
    public static void Check(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            CheckOne(url);
        }
    }

    private static void CheckOne(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException e)
        {
            throw new StartupException($"Urls is '{url}', which is not an address to listen on: {e.Message}", e);
        }

        if (address.IsUnixPipe || address.IsNamedPipe || address.Port == 0)
        {
            return;
        }

        var ip = IPAddress.TryParse(address.Host, out var parsed) ? parsed : address.Host == "localhost" ? IPAddress.Loopback : IPAddress.Any;
        try
        {
            using var listener = new TcpListener(ip, address.Port);
            listener.Start();
        }
        catch (SocketException e)
        {
            var reason = e.SocketErrorCode is SocketError.AddressAlreadyInUse ? "the address is already in use" : e.Message;
            throw new StartupException($"The host cannot listen on {url}: {reason}. Set PORT to a free port.", e);
        }
    }
}
