using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using WalletGrains.Api.Auth;
using WalletGrains.Contracts.Users;
using Xunit;

namespace WalletGrains.Api.Tests.Auth;

public sealed class SessionConnectionsTests : IDisposable
{
    private readonly LiveCredentials _credentials;
    private readonly SessionConnections _connections;
    private CredentialChanges _changes = new(new CredentialPosition("here", 1), false, [], []);

    public SessionConnectionsTests()
    {
        _credentials = new LiveCredentials(_ => Task.FromResult(_changes), TimeProvider.System);
        _connections = new SessionConnections(_credentials);
    }

    public void Dispose()
    {
        _connections.Dispose();
        _credentials.Dispose();
    }

    [Fact]
    public async Task A_session_that_ends_here_or_elsewhere_takes_its_connections_with_it_and_no_others()
    {
        var (here, elsewhere, other) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var connections = new[] { here, here, elsewhere, other }.Select(session => new Connection(session)).ToArray();
        foreach (var connection in connections)
        {
            await ConnectAsync(connection);
        }

        _credentials.End(here);
        Assert.Equal([true, true, false, false], connections.Select(connection => connection.IsAborted));
        _changes = _changes with { EndedSessions = [new EndedSession(elsewhere, DateTimeOffset.UtcNow)] };
        await _credentials.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Equal([true, true, true, false], connections.Select(connection => connection.IsAborted));
    }

    [Fact]
    public async Task A_connection_that_comes_after_its_session_has_ended_does_not_stay()
    {
        var late = new Connection(Guid.NewGuid());
        _credentials.End(late.SessionId);
        await ConnectAsync(late);
        Assert.True(late.IsAborted);
    }

    [Fact]
    public async Task A_connection_that_has_left_is_forgotten()
    {
        var left = new Connection(Guid.NewGuid());
        await ConnectAsync(left);
        await _connections.OnDisconnectedAsync(Context(left), null, static (_, _) => Task.CompletedTask);
        _credentials.End(left.SessionId);
        Assert.False(left.IsAborted);
    }

    private Task ConnectAsync(Connection connection) => _connections.OnConnectedAsync(Context(connection), static _ => Task.CompletedTask);

    private static HubLifetimeContext Context(Connection connection) => new(connection, null!, null!);

    private sealed class Connection(Guid sessionId) : HubCallerContext
    {
        public Guid SessionId => sessionId;

        public bool IsAborted { get; private set; }

        public override string ConnectionId { get; } = Guid.NewGuid().ToString();

        public override string? UserIdentifier => null;

        public override ClaimsPrincipal? User { get; } =
            new(Caller.With(new AccessToken(Guid.NewGuid(), UserRole.Customer, sessionId, DateTimeOffset.UtcNow.AddMinutes(15))));

        public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override CancellationToken ConnectionAborted => CancellationToken.None;

        public override void Abort() => IsAborted = true;
    }
}
