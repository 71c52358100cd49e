using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace WalletGrains.Api.Auth;

/// <summary>
/// Ends connections of hubs with their sessions: a token is checked when a connection begins, and a session may end before it expires. As many are
/// kept as hubs let in.
/// </summary>
internal sealed class SessionConnections : IHubFilter, IDisposable
{
    private readonly LiveCredentials _credentials;
    private readonly ConcurrentDictionary<string, (Guid SessionId, HubCallerContext Connection)> _open = new(StringComparer.Ordinal);

    public SessionConnections(LiveCredentials credentials)
    {
        _credentials = credentials;
        credentials.Ended += Close;
    }

    public Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        if (context.Context.User?.Identity is Caller { SessionId: { } sessionId })
        {
            _open[context.Context.ConnectionId] = (sessionId, context.Context);
            if (_credentials.HasEnded(sessionId))
            {
                // Between the check of its token and here; nobody will be told of it again.
                context.Context.Abort();
            }
        }

        return next(context);
    }

    public Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        _open.TryRemove(context.Context.ConnectionId, out _);
        return next(context, exception);
    }

    public void Dispose() => _credentials.Ended -= Close;

    private void Close(Guid sessionId)
    {
        foreach (var (_, open) in _open)
        {
            if (open.SessionId == sessionId)
            {
                open.Connection.Abort();
            }
        }
    }
}
