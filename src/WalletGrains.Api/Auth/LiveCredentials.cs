using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using WalletGrains.Api.Errors;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Auth;

/// <summary>
/// Which sessions have ended and which keys are in force, in memory, so that no request asks anybody. What is ended through this front
/// door counts here at once; what is ended elsewhere, as soon as it was read, every second. A front door that could not read for
/// <see cref="ApiLimits.CredentialsCount"/> believes no credential until it can: nothing that has ended is believed longer than that.
/// </summary>
/// <param name="read">Reads what has changed since what the last answer named.</param>
/// <param name="time">The clock.</param>
internal sealed class LiveCredentials(Func<CredentialPosition, Task<CredentialChanges>> read, TimeProvider time) : IDisposable
{
    // Bounded by what is ended within the life of an access token: a sign-in costs tens of milliseconds of a core, and each ended session
    // 100 bytes here, so minutes of nothing else make some megabytes.
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _ended = new();
    private readonly ConcurrentDictionary<Guid, ApiKey> _keys = new();
    private readonly SemaphoreSlim _reading = new(1);
    private CredentialPosition _next = CredentialPosition.None;
    private long _countsUntil = long.MinValue;
    private TaskCompletionSource _nextRead = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A session has ended, here or elsewhere.</summary>
    public event Action<Guid>? Ended;

    /// <summary>What it knows is fresh enough to judge a credential by.</summary>
    public bool Count => time.GetTimestamp() < Volatile.Read(ref _countsUntil);

    /// <summary>Waits until they count. What has ended meanwhile has been told to <see cref="Ended"/> by then.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public async ValueTask WhenTheyCountAsync(CancellationToken cancellationToken)
    {
        while (!Count)
        {
            var nextRead = Volatile.Read(ref _nextRead);
            if (!Count)
            {
                await nextRead.Task.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>Whether the session has ended while access tokens of it may still be about.</summary>
    public bool HasEnded(Guid sessionId) => _ended.ContainsKey(sessionId);

    /// <summary>Notes what this front door has had ended.</summary>
    public void End(Guid sessionId) => End(sessionId, time.GetUtcNow());

    /// <summary>The key with this text, if it is in force.</summary>
    public bool TryFindKey(string? text, [NotNullWhen(true)] out ApiKey? key)
    {
        key = null;
        return ApiKey.TryReadId(text, out var keyId)
            && _keys.TryGetValue(keyId, out key)
            && key.Is(text!)
            && !(key.ExpiresAt <= time.GetUtcNow());
    }

    /// <summary>Reads what has changed; what was changed before this call counts when it completes.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            var asked = time.GetTimestamp();
            Take(await read(_next).WaitAsync(ApiLimits.CredentialsPatience, time, cancellationToken));
            Volatile.Write(ref _countsUntil, asked + (long)(ApiLimits.CredentialsCount.TotalSeconds * time.TimestampFrequency));
            Interlocked.Exchange(ref _nextRead, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>
    /// The same for a caller whose change is durable already, and who must not be told otherwise: where the read fails, that of
    /// the next second tells.
    /// </summary>
    public async Task RefreshAfterChangeAsync()
    {
        try
        {
            await RefreshAsync(CancellationToken.None);
        }
        catch (Exception e) when (Failures.OfRead(e) is not null)
        {
            // Nothing is believed for longer than it may be.
        }
    }

    public void Dispose() => _reading.Dispose();

    private void End(Guid sessionId, DateTimeOffset at)
    {
        if (_ended.TryAdd(sessionId, at))
        {
            Ended?.Invoke(sessionId);
        }
    }

    private void Take(CredentialChanges changes)
    {
        foreach (var session in changes.EndedSessions)
        {
            End(session.SessionId, session.EndedAt);
        }

        if (changes.IsComplete)
        {
            foreach (var keyId in _keys.Keys.Except(changes.ApiKeys.Select(key => key.KeyId)))
            {
                _keys.TryRemove(keyId, out _);
            }
        }

        foreach (var key in changes.ApiKeys)
        {
            if (key.RevokedAt is null)
            {
                _keys[key.KeyId] = ApiKey.Of(key);
            }
            else
            {
                _keys.TryRemove(key.KeyId, out _);
            }
        }

        var forgotten = time.GetUtcNow() - ApiLimits.EndedSessionsCount;
        foreach (var (sessionId, endedAt) in _ended)
        {
            if (endedAt < forgotten)
            {
                _ended.TryRemove(sessionId, out _);
            }
        }

        // Only now: what was not taken is asked for again.
        _next = changes.Next;
    }
}
