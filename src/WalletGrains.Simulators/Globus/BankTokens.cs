using System.Security.Cryptography;

namespace WalletGrains.Simulators.Globus;

/// <summary>The access tokens that the bank has given out.</summary>
internal sealed class BankTokens(SimulatorOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _expiries = new(StringComparer.Ordinal);

    /// <returns>Null when the credentials are wrong.</returns>
    public TokenResponse? Issue(string? clientId, string? secret)
    {
        if (clientId != options.GlobusClientId || secret != options.GlobusSecretKey)
        {
            return null;
        }

        var token = RandomNumberGenerator.GetHexString(48, lowercase: true);
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_expiries.Count >= SimulatorLimits.MaxTokens)
            {
                // The oldest half: whoever still uses one of them asks for another, as after its expiry.
                foreach (var (old, _) in _expiries.OrderBy(entry => entry.Value).Take(_expiries.Count / 2).ToList())
                {
                    _expiries.Remove(old);
                }
            }

            _expiries.Add(token, now.AddSeconds(options.GlobusTokenSeconds));
        }

        return new TokenResponse(token, "Bearer", options.GlobusTokenSeconds);
    }

    public bool IsGood(string token)
    {
        lock (_lock)
        {
            return _expiries.TryGetValue(token, out var expiry) && time.GetUtcNow() < expiry;
        }
    }

    /// <summary>From now on no token is good that was given out before.</summary>
    public void Revoke()
    {
        lock (_lock)
        {
            _expiries.Clear();
        }
    }
}
