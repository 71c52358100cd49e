using WalletGrains.Contracts;

namespace WalletGrains.Grains.Wallets;

/// <summary>
/// Which request ids were decided lately, so that a repeat is looked up at once and does not disturb the wallet's pipeline by
/// an append that cannot apply. It remembers hashes only and may be wrong: a look-up that finds nothing costs a read. Numbers
/// in arrays, since whatever a busy wallet remembers outlives garbage collections.
/// </summary>
internal sealed class RecentRequests(TimeProvider time)
{
    // Rings: where they are full, the place of the next one is that of the oldest.
    private int[] _hashes = [];
    private long[] _addedAt = [];
    private int _next;

    /// <summary>Whether this request id was decided lately, or another one with the same hash.</summary>
    public bool MayContain(RequestId requestId) => _hashes.AsSpan().Contains(HashOf(requestId));

    /// <summary>Remembers a request id. The oldest is forgotten for it, unless it is younger than what is to be remembered.</summary>
    public void Add(RequestId requestId)
    {
        var hash = HashOf(requestId);
        if (_hashes.AsSpan().Contains(hash))
        {
            return;
        }

        if (_next == _hashes.Length)
        {
            _next = 0;
        }

        if (_hashes.Length < GrainLimits.MaxRememberedRequests
            && (_hashes.Length == 0 || (_hashes[_next] != 0 && time.GetElapsedTime(_addedAt[_next]) <= GrainLimits.RememberRequests)))
        {
            Grow();
        }

        (_hashes[_next], _addedAt[_next]) = (hash, time.GetTimestamp());
        _next++;
    }

    // 0 marks a free place.
    private static int HashOf(RequestId requestId) => requestId.GetHashCode() is not 0 and var hash ? hash : 1;

    /// <summary>Doubles the rings, the oldest first, and goes on behind the newest.</summary>
    private void Grow()
    {
        var length = _hashes.Length;
        var grown = Math.Max(GrainLimits.MinRememberedRequests, 2 * length);
        (_hashes, _addedAt) = (Grown(_hashes, grown), Grown(_addedAt, grown));
        _next = length;
    }

    private T[] Grown<T>(T[] ring, int length)
    {
        var grown = new T[length];
        ring.AsSpan(_next).CopyTo(grown);
        ring.AsSpan(0, _next).CopyTo(grown.AsSpan(ring.Length - _next));
        return grown;
    }
}
