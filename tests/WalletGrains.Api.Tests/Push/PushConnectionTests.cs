using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Push;
using WalletGrains.Api.Tests.Auth;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

public sealed class PushConnectionTests : IAsyncLifetime
{
    private static readonly Guid WalletId = Guid.CreateVersion7();

    private readonly ManualTimeProvider _time = new();
    private readonly PushMetrics _metrics = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly Hub _hub;
    private LiveCredentials _credentials = null!;
    private PushConnection _connection = null!;
    private Task _running = Task.CompletedTask;

    public PushConnectionTests() => _hub = new Hub(_closed.Token);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _credentials = await Believed.FromNowAsync(_time);
        var options = new PushOptions { ResumeWindowMilliseconds = 0 };
        _connection = new PushConnection(_hub, Guid.NewGuid(), isOperator: false, _credentials, options, _metrics, _time, NullLogger.Instance);
        _running = _connection.RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _running;
        _closed.Dispose();
        _credentials.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Nothing_is_sent_while_it_is_not_known_which_sessions_have_ended()
    {
        _connection.Push(Update(1));
        Assert.Equal(1, await _hub.Sent.ReadAsync(Cancelled));
        _time.Advance(ApiLimits.CredentialsCount);
        _connection.Push(Update(2));
        await _closed.CancelAsync();
        await _running;
        Assert.False(_hub.Sent.TryRead(out _));
    }

    [Fact]
    public async Task What_has_waited_is_sent_when_it_is_known_again()
    {
        _time.Advance(ApiLimits.CredentialsCount);
        _connection.Push(Update(1));
        _connection.Push(Update(2));
        await _credentials.RefreshAsync(Cancelled);
        Assert.Equal(1, await _hub.Sent.ReadAsync(Cancelled));
        Assert.Equal(2, await _hub.Sent.ReadAsync(Cancelled));
    }

    private static WalletUpdated Update(long version) =>
        new(WalletId, version, "FUND", TransactionId: null, Amount: 1, Balance: version, Available: version, "NGN", DateTimeOffset.UnixEpoch);

    /// <summary>Notes the versions that are written to the client.</summary>
    private sealed class Hub(CancellationToken closed)
        : HubConnectionContext(new DefaultConnectionContext(), new HubConnectionContextOptions(), NullLoggerFactory.Instance)
    {
        private readonly Channel<long> _sent = Channel.CreateUnbounded<long>();

        public ChannelReader<long> Sent => _sent.Reader;

        public override CancellationToken ConnectionAborted => closed;

        public override ValueTask WriteAsync(HubMessage message, CancellationToken cancellationToken = default) =>
            _sent.Writer.WriteAsync(((WalletUpdated)((InvocationMessage)message).Arguments[0]!).Version, cancellationToken);
    }
}
