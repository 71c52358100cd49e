using System.Diagnostics.CodeAnalysis;
using WalletGrains.Contracts;

namespace WalletGrains.Grains.Wallets;

/// <summary>
/// The newest decisions of one wallet, so that most repeats are answered from memory. Older ones are found by the
/// journal's unique keys when their repeat is appended.
/// </summary>
internal sealed class RecentDecisions(TimeProvider time)
{
    private readonly Dictionary<RequestId, DecidedCommand> _byRequestId = [];
    private readonly Queue<(RequestId RequestId, long AddedAt)> _oldestFirst = new();

    public bool TryFind(RequestId requestId, [NotNullWhen(true)] out DecidedCommand? decided) =>
        _byRequestId.TryGetValue(requestId, out decided);

    public void Add(RequestId requestId, DecidedCommand decided)
    {
        if (!_byRequestId.TryAdd(requestId, decided))
        {
            return;
        }

        _oldestFirst.Enqueue((requestId, time.GetTimestamp()));
        while (_oldestFirst.Count > GrainLimits.MinRememberedDecisions
            && (_oldestFirst.Count > GrainLimits.MaxRememberedDecisions
                || time.GetElapsedTime(_oldestFirst.Peek().AddedAt) > GrainLimits.RememberDecisions))
        {
            _byRequestId.Remove(_oldestFirst.Dequeue().RequestId);
        }
    }
}
