using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;
using System.Text.Unicode;

namespace WalletGrains.Benchmarks.Load.Http;

/// <summary>
/// One keep-alive connection that posts deposits or transfers. The request is written once and patched in place, and of the answer only
/// the status and the length are read: the load generator shares the cores with what it measures.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private const int WalletIdLength = 36;
    private const int RequestIdLength = 32;
    private const int MaxFailureLength = 200;

    private const string PathBefore = "POST /wallet/";
    private const string ReceiverAfter = "\",\"requestId\":\"";
    private const string BodyAfter = "\"}";

    private readonly Socket _socket;
    private readonly byte[] _request;
    private readonly byte[] _response = new byte[16 * 1024];

    public HttpConnection(Socket socket, string authority, string token, Mix mix)
    {
        _socket = socket;
        var receiver = mix == Mix.Transfer ? $"\"toWalletId\":\"{Guid.Empty}{ReceiverAfter}" : "\"requestId\":\"";
        var body = $"{{\"amount\":{Workload.AmountMinor / 100}.00,{receiver}{new string('0', RequestIdLength)}{BodyAfter}";
        _request = Encoding.ASCII.GetBytes(
            $"{PathBefore}{Guid.Empty}/{(mix == Mix.Transfer ? "transfer" : "deposit")} HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {token}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    /// <summary>Deposits, or transfers to the receiver, and waits for the answer.</summary>
    /// <returns>Null with status 200; else the beginning of the answer.</returns>
    public async ValueTask<string?> PostAsync(Guid wallet, Guid? receiver, string requestId)
    {
        Patch(wallet, receiver, requestId);
        for (var sent = 0; sent < _request.Length;)
        {
            sent += await _socket.SendAsync(_request.AsMemory(sent), SocketFlags.None);
        }

        var received = 0;
        var total = int.MaxValue;
        while (received < total)
        {
            var count = await _socket.ReceiveAsync(_response.AsMemory(received), SocketFlags.None);
            if (count == 0)
            {
                throw new IOException("The server closed the connection in the middle of an answer.");
            }

            received += count;
            if (total == int.MaxValue && TryReadLength(_response.AsSpan(0, received), out var length))
            {
                total = length <= _response.Length ? length : throw new IOException($"An answer has {length} bytes.");
            }
        }

        return _response.AsSpan(0, received).StartsWith("HTTP/1.1 200 "u8)
            ? null
            : Encoding.UTF8.GetString(_response, 0, Math.Min(received, MaxFailureLength)).ReplaceLineEndings(" ");
    }

    public void Dispose() => _socket.Dispose();

    private void Patch(Guid wallet, Guid? receiver, string requestId)
    {
        wallet.TryFormat(_request.AsSpan(PathBefore.Length, WalletIdLength), out _);
        var at = _request.Length - BodyAfter.Length - RequestIdLength;
        Utf8.FromUtf16(requestId, _request.AsSpan(at, RequestIdLength), out _, out _);
        receiver?.TryFormat(_request.AsSpan(at - ReceiverAfter.Length - WalletIdLength, WalletIdLength), out _);
    }

    /// <summary>The length of headers and body, when the headers are there.</summary>
    private static bool TryReadLength(ReadOnlySpan<byte> received, out int length)
    {
        var headers = received.IndexOf("\r\n\r\n"u8);
        length = 0;
        if (headers < 0)
        {
            return false;
        }

        var name = "\r\nContent-Length: "u8;
        var at = received[..headers].IndexOf(name);
        if (at < 0 || !Utf8Parser.TryParse(received[(at + name.Length)..], out int body, out _))
        {
            throw new IOException("An answer has no Content-Length.");
        }

        length = headers + 4 + body;
        return true;
    }
}
