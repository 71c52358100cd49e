using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;

namespace WalletGrains.Api.Push;

/// <summary>
/// Lets connections of the hub in, or tells them why not. The framework's own hub methods of sending are not used: they have no bound.
/// </summary>
internal sealed class HubConnections(
    PushConnections connections,
    IOptions<PushOptions> options,
    PushMetrics metrics,
    LiveCredentials credentials,
    TimeProvider time,
    ILogger<DefaultHubLifetimeManager<WalletHub>> baseLogger,
    ILogger<PushConnection> logger)
    : DefaultHubLifetimeManager<WalletHub>(baseLogger)
{
    /// <summary>What a client without a valid token is told.</summary>
    public const string SessionInvalid = "Authentication error: Session invalid";

    private const string TooMany = "Too many connections";

    public override async Task OnConnectedAsync(HubConnectionContext connection)
    {
        await base.OnConnectedAsync(connection);
        var caller = connection.User.Identity as Caller;
        var added = new PushConnection(
            connection, caller?.UserId ?? Guid.Empty, caller?.IsOperator == true, credentials, options.Value, metrics, time, logger);
        if (!credentials.Count)
        {
            // Nobody's is believed now: no reason to make anybody sign in again.
            await added.CloseAsync(DropReason.NotOpen, Problem.Unavailable.Detail, allowReconnect: true);
            return;
        }

        if (caller is not { SessionId: not null })
        {
            // A key of a service is no session: it has scopes, and is revoked without anybody here hearing of it.
            await added.CloseAsync(DropReason.Unauthenticated, SessionInvalid, allowReconnect: false);
            return;
        }

        if (connections.Add(added) is { } refused)
        {
            await (refused is DropReason.NotOpen
                ? added.CloseAsync(refused, Problem.Unavailable.Detail, allowReconnect: true)
                : added.CloseAsync(refused, TooMany, allowReconnect: false));
            return;
        }

        // First of all: by it the end of the connection finds what to remove, whatever happens next.
        connection.Items[typeof(PushConnection)] = added;
        LimitSendBuffer(connection);
        _ = added.RunAsync();
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        if (connection.Items.TryGetValue(typeof(PushConnection), out var item) && item is PushConnection removed)
        {
            connections.Remove(removed);
        }

        return base.OnDisconnectedAsync(connection);
    }

    private static void LimitSendBuffer(HubConnectionContext connection)
    {
        if (connection.GetHttpContext()?.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            socket.SendBufferSize = ApiLimits.HubSendBufferBytes;
        }
    }
}
