using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace WalletGrains.Api.Tests;

/// <summary>A bare connection, for what no decent HTTP client would send.</summary>
internal static class RawConnection
{
    /// <summary>Sends these bytes and reads until the server closes the connection; the request must ask for that.</summary>
    public static async Task<(int Status, string Text)> SendAsync(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        return (int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), text);
    }

    /// <summary>Sends these bytes and leaves without an answer.</summary>
    public static async Task SendAndLeaveAsync(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        client.Client.LingerState = new LingerOption(enable: true, seconds: 0);
    }

    /// <summary>The JSON body of an answer with a Content-Length.</summary>
    public static JsonElement Body(string text) => JsonDocument.Parse(text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).RootElement;
}
