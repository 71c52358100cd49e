using System.Net;
using System.Net.Sockets;

namespace WalletGrains.Testing;

/// <summary>One client of a <see cref="TcpProxy"/> and its connection to the server.</summary>
internal sealed class ProxiedConnection(TcpProxy proxy, Socket client)
{
    /// <summary>A marker may lie across two pieces of data: so much of the last piece is looked at again, in bytes.</summary>
    public const int LongestMarker = 64;

    private const int BufferSize = 64 * 1024;

    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ArmedFault? _struck;

    public void Cut() => _cut.TrySetResult();

    /// <summary>Passes data on until one side ends, a fault strikes or it is cut; then both sides are reset.</summary>
    public async Task RunAsync(EndPoint target)
    {
        using var server = target is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        Task[] directions = [];
        try
        {
            await server.ConnectAsync(target);
            directions = [ToServerAsync(server), ToClientAsync(server)];
            await Task.WhenAny([.. directions, _cut.Task]);
        }
        catch (SocketException)
        {
            // The server is not there: the client learns of it below.
        }

        Cut();
        // A linger of zero seconds sends a reset: the client sees a broken connection and not an orderly end.
        client.Close(0);
        server.Close(0);
        foreach (var direction in directions) await EndOfAsync(direction);
        if (_struck is { Kind: not FaultKind.Silence } fault) fault.Struck.Raise();
    }

    private static async Task EndOfAsync(Task direction)
    {
        try
        {
            await direction;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Its socket was closed or reset: that is how directions end here.
        }
    }

    /// <summary>Ends the piece's delay at a cut: held data is lost with its connection.</summary>
    private async Task<bool> HoldAsync()
    {
        if (proxy.Delay is var delay && delay > TimeSpan.Zero) await Task.WhenAny(Task.Delay(delay), _cut.Task);
        return !_cut.Task.IsCompleted;
    }

    private async Task ToServerAsync(Socket server)
    {
        var buffer = new byte[LongestMarker + BufferSize];
        var kept = 0; // Bytes at the start of the buffer that were sent already.
        while (await client.ReceiveAsync(buffer.AsMemory(kept, BufferSize)) is > 0 and var received)
        {
            proxy.CountToServer(received);
            var seen = kept + received;
            if (proxy.TakeFaultIn(buffer.AsSpan(0, seen), kept) is { } fault)
            {
                if (fault.Kind == FaultKind.Hold)
                {
                    fault.Struck.Raise();
                    await Task.WhenAny(fault.Released, _cut.Task);
                }
                else
                {
                    _struck = fault; // Before the bytes leave, so that no part of the answer slips through.
                    if (fault.Kind == FaultKind.CutBefore) return;
                }
            }

            if (!await HoldAsync()) return;
            await SendAllAsync(server, buffer.AsMemory(kept, received));
            var keep = Math.Min(seen, LongestMarker);
            buffer.AsSpan(seen - keep, keep).CopyTo(buffer);
            kept = keep;
        }
    }

    private async Task ToClientAsync(Socket server)
    {
        var buffer = new byte[BufferSize];
        while (await server.ReceiveAsync(buffer.AsMemory()) is > 0 and var received)
        {
            if (_struck is { } fault)
            {
                if (fault.Kind != FaultKind.Silence) return;
                fault.Struck.Raise();
                continue;
            }

            if (!await HoldAsync()) return;
            await SendAllAsync(client, buffer.AsMemory(0, received));
        }
    }

    private static async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> data)
    {
        while (data.Length > 0) data = data[await to.SendAsync(data)..];
    }
}
