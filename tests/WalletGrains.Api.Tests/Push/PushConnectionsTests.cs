using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Push;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

public sealed class PushConnectionsTests : IDisposable
{
    private readonly PushOptions _options = new() { MaxConnections = 3, MaxConnectionsPerUser = 2 };
    private readonly PushMetrics _metrics = new();
    private readonly LiveCredentials _credentials = new(static _ => throw new InvalidOperationException("Nobody sends anything here."), TimeProvider.System);
    private readonly PushConnections _connections;

    public PushConnectionsTests()
    {
        _connections = new PushConnections(Options.Create(_options), _metrics);
        _connections.Open();
    }

    [Fact]
    public void A_user_has_all_its_connections_and_nobody_elses()
    {
        var (ada, obi) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.True(_connections.IsEmpty);
        var (first, second, other) = (Added(ada), Added(ada), Added(obi));
        Assert.Equal([first, second], _connections.Of(ada));
        Assert.Equal([other], _connections.Of(obi));

        _connections.Remove(first);
        Assert.Equal([second], _connections.Of(ada));
        _connections.Remove(second);
        _connections.Remove(other);
        Assert.Empty(_connections.Of(ada));
        Assert.True(_connections.IsEmpty);
    }

    [Fact]
    public void There_is_room_again_for_whoever_comes_when_one_has_left()
    {
        var (ada, obi) = (Guid.NewGuid(), Guid.NewGuid());
        var first = Added(ada);
        Added(ada);
        Assert.Equal(DropReason.TooManyOfUser, _connections.Add(Connection(ada)));
        var third = Added(obi);
        Assert.Equal(DropReason.TooMany, _connections.Add(Connection(Guid.NewGuid())));

        _connections.Remove(third);
        _connections.Remove(first);
        Added(ada);
        Added(obi);
    }

    [Fact]
    public void Nobody_is_let_in_before_the_feed_has_begun() =>
        Assert.Equal(DropReason.NotOpen, new PushConnections(Options.Create(_options), _metrics).Add(Connection(Guid.NewGuid())));

    public void Dispose()
    {
        _metrics.Dispose();
        _credentials.Dispose();
    }

    private PushConnection Added(Guid userId)
    {
        var connection = Connection(userId);
        Assert.Null(_connections.Add(connection));
        return connection;
    }

    private PushConnection Connection(Guid userId) => new(
        new HubConnectionContext(new DefaultConnectionContext(), new HubConnectionContextOptions(), NullLoggerFactory.Instance),
        userId, isOperator: false, _credentials, _options, _metrics, TimeProvider.System, NullLogger.Instance);
}
