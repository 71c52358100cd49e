using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace WalletGrains.Testing;

/// <summary>
/// A proxy on a loopback port that breaks connections at chosen moments: in front of PostgreSQL it shows what a client does
/// when its COMMIT was sent and the answer is lost. It passes everything on until told otherwise, and knows no protocol: moments are
/// bytes on their way to the server.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly EndPoint _target;
    private readonly CancellationTokenSource _disposing = new();
    private readonly ConcurrentDictionary<ProxiedConnection, Task> _connections = new();
    private readonly Task _accepting;
    private volatile ArmedFault? _fault;
    private long _delayTicks;
    private long _bytesToServer;
    private volatile bool _refuses;

    private TcpProxy(EndPoint target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Starts a proxy in front of a server, which may listen on a port or on a unix socket.</summary>
    public static TcpProxy To(EndPoint target) => new(target);

    /// <summary>Starts a proxy in front of the server of a connection string; see <see cref="ConnectionStringThrough"/>.</summary>
    public static TcpProxy To(string connectionString)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        return new TcpProxy(server.Host!.StartsWith('/')
            ? new UnixDomainSocketEndPoint(Path.Combine(server.Host, string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{server.Port}")))
            : new DnsEndPoint(server.Host, server.Port));
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How much has come from clients, in bytes: tells who of several is busy.</summary>
    public long BytesToServer => Interlocked.Read(ref _bytesToServer);

    /// <summary>Connections that are open now.</summary>
    public int Connections => _connections.Count;

    /// <summary>Close new connections at once, as a server does whose port is open and whose process is not there.</summary>
    public bool Refuses
    {
        get => _refuses;
        set => _refuses = value;
    }

    /// <summary>How long each piece of data is held, in both directions. Zero at first.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _delayTicks));
        set => Interlocked.Exchange(ref _delayTicks, value.Ticks);
    }

    /// <summary>The connection string with this proxy in place of its server.</summary>
    public string ConnectionStringThrough(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = Port }.ConnectionString;

    /// <summary>Resets every open connection, both ways. New ones are accepted.</summary>
    public void CutNow()
    {
        foreach (var connection in _connections.Keys) connection.Cut();
    }

    /// <summary>
    /// Arms one fault, for the next connection that sends <paramref name="marker"/>: the marker does not reach the server, the
    /// connection is reset. For the client: definitely not executed, but it cannot know.
    /// </summary>
    /// <returns>Raised when the connection has been cut.</returns>
    public Signal CutBefore(string marker) => Arm(FaultKind.CutBefore, marker);

    /// <summary>
    /// Arms one fault: the marker reaches the server, its answer is awaited and thrown away, the connection is reset. The
    /// server has done what it was told, the client never hears.
    /// </summary>
    /// <returns>Raised when the answer has been lost and the connection cut.</returns>
    public Signal CutAfterAnswerTo(string marker) => Arm(FaultKind.CutAfterAnswer, marker);

    /// <summary>
    /// Arms one fault: the marker reaches the server, and from then on nothing comes back on that connection, which stays
    /// open until <see cref="CutNow"/>: a partition that looks like slowness.
    /// </summary>
    /// <returns>Raised when the first answer has been swallowed.</returns>
    public Signal SilenceAfter(string marker) => Arm(FaultKind.Silence, marker);

    /// <summary>
    /// Arms one fault: the marker, and what follows it on that connection, stays here until it is released: a commit that is
    /// late by as long as the test wants, and arrives even if its client has gone.
    /// </summary>
    public HeldConnection HoldFrom(string marker)
    {
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new HeldConnection(Arm(FaultKind.Hold, marker, released.Task), released);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        _listener.Stop();
        await _accepting;
        CutNow();
        await Task.WhenAll(_connections.Values);
        _disposing.Dispose();
    }

    internal void CountToServer(int bytes) => Interlocked.Add(ref _bytesToServer, bytes);

    /// <summary>Takes the armed fault if this is its moment: its marker ends in the new part. Each strikes once.</summary>
    /// <param name="recent">What the client sent last.</param>
    /// <param name="alreadySeen">How many bytes at its beginning were looked at before.</param>
    internal ArmedFault? TakeFaultIn(ReadOnlySpan<byte> recent, int alreadySeen)
    {
        if (_fault is not { } fault) return null;
        var sought = recent[Math.Max(0, alreadySeen - fault.Marker.Length + 1)..];
        return sought.IndexOf(fault.Marker) >= 0 && Interlocked.CompareExchange(ref _fault, null, fault) == fault ? fault : null;
    }

    private Signal Arm(FaultKind kind, string marker, Task? released = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(marker);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(marker.Length, ProxiedConnection.LongestMarker);
        var fault = new ArmedFault(kind, Encoding.UTF8.GetBytes(marker), new Signal($"the fault {kind} at '{marker}' has struck"), released ?? Task.CompletedTask);
        _fault = fault;
        return fault.Struck;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_disposing.Token);
                if (_refuses)
                {
                    client.Close(0);
                    continue;
                }

                var connection = new ProxiedConnection(this, client);
                _connections[connection] = RunAsync(connection);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task RunAsync(ProxiedConnection connection)
    {
        await Task.Yield(); // So that the connection is in the table before it can be taken out again.
        await connection.RunAsync(_target);
        _connections.TryRemove(connection, out _);
    }
}

/// <summary>What a proxy does at a marker.</summary>
internal enum FaultKind
{
    CutBefore,
    CutAfterAnswer,
    Silence,
    Hold,
}

/// <summary>A connection whose data to the server is held back.</summary>
public sealed class HeldConnection
{
    private readonly TaskCompletionSource _released;

    internal HeldConnection(Signal struck, TaskCompletionSource released) => (Struck, _released) = (struck, released);

    /// <summary>Raised when the marker has come and is held.</summary>
    public Signal Struck { get; }

    /// <summary>Lets everything go on to the server.</summary>
    public void Release() => _released.TrySetResult();
}

/// <summary>A fault that waits for its moment.</summary>
internal sealed record ArmedFault(FaultKind Kind, byte[] Marker, Signal Struck, Task Released);
