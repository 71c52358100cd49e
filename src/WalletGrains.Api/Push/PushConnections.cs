using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Push;

/// <summary>The connections of this process by their users: how updates find them, and how many there may be.</summary>
internal sealed class PushConnections(IOptions<PushOptions> options, PushMetrics metrics)
{
    private readonly ConcurrentDictionary<Guid, PushConnection[]> _byUser = new();
    private readonly Lock _gate = new();
    private int _count;
    private bool _isOpen;

    /// <summary>Whether nobody is connected.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>From now on connections may be added: what is committed reaches them.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _isOpen = true;
        }
    }

    /// <summary>The connections of a user.</summary>
    public IReadOnlyList<PushConnection> Of(Guid userId) => _byUser.TryGetValue(userId, out var connections) ? connections : [];

    /// <summary>The connections of operators. It looks at all: alerts are few.</summary>
    public IEnumerable<PushConnection> OfOperators() => _byUser.Values.SelectMany(connections => connections).Where(connection => connection.IsOperator);

    /// <summary>Adds a connection.</summary>
    /// <returns>Why not; null when it was added.</returns>
    public DropReason? Add(PushConnection added)
    {
        lock (_gate)
        {
            if (!_isOpen)
            {
                return DropReason.NotOpen;
            }

            if (_count >= options.Value.MaxConnections)
            {
                return DropReason.TooMany;
            }

            if (Of(added.UserId).Count >= options.Value.MaxConnectionsPerUser)
            {
                return DropReason.TooManyOfUser;
            }

            _byUser[added.UserId] = [.. Of(added.UserId), added];
            _count++;
        }

        metrics.Connected();
        return null;
    }

    /// <summary>Removes a connection that was added.</summary>
    public void Remove(PushConnection removed)
    {
        lock (_gate)
        {
            var others = Of(removed.UserId).Where(connection => connection != removed).ToArray();
            if (others.Length > 0)
            {
                _byUser[removed.UserId] = others;
            }
            else
            {
                _byUser.TryRemove(removed.UserId, out _);
            }

            _count--;
        }

        metrics.Disconnected();
    }
}
