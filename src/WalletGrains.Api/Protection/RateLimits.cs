using System.Net;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Protection;

/// <summary>
/// Counts requests by address, caller and wallet in token buckets of the framework. Keys are hashed to a fixed number of buckets with a
/// seed of this process: memory is bounded whatever comes, and nobody can choose whom to share a bucket with.
/// </summary>
internal sealed class RateLimits : IDisposable
{
    private readonly Kind _addresses;
    private readonly Kind _signIns;
    private readonly Kind _users;
    private readonly Kind _services;
    private readonly Kind _wallets;

    public RateLimits(IOptions<RateLimitOptions> options)
    {
        var limits = options.Value;
        _addresses = new Kind("requests from your address", limits.PerAddress!.Value, TimeSpan.FromSeconds(1));
        _signIns = new Kind("sign-ins from your address", limits.SignInsPerMinute!.Value, TimeSpan.FromMinutes(1));
        _users = new Kind("requests of yours", limits.PerUser!.Value, TimeSpan.FromSeconds(1));
        _services = new Kind("requests of this service", limits.PerService!.Value, TimeSpan.FromSeconds(1));
        _wallets = new Kind("requests about this wallet", limits.PerWallet!.Value, TimeSpan.FromSeconds(1));
    }

    /// <summary>Counts a request from an address; the refusal when there were too many.</summary>
    public Problem? Take(IPAddress? address) => _addresses.Take(HashOf(address));

    /// <summary>Counts a sign-in from an address.</summary>
    public Problem? TakeSignIn(IPAddress? address) => _signIns.Take(HashOf(address));

    /// <summary>Counts a request of a caller.</summary>
    public Problem? Take(Caller caller) => (caller.Role is UserRole.Service ? _services : _users).Take(HashCode.Combine(caller.UserId));

    /// <summary>Counts a request about a wallet.</summary>
    public Problem? TakeWallet(Guid walletId) => _wallets.Take(HashCode.Combine(walletId));

    public void Dispose()
    {
        foreach (var kind in (Kind[])[_addresses, _signIns, _users, _services, _wallets])
        {
            kind.Dispose();
        }
    }

    private static int HashOf(IPAddress? address)
    {
        Span<byte> network = stackalloc byte[ClientNetwork.MaxBytes];
        var hash = new HashCode();
        hash.AddBytes(network[..ClientNetwork.Write(address, network)]);
        return hash.ToHashCode();
    }

    /// <summary>One kind of limit with its buckets. Those that were idle for ten seconds are dropped.</summary>
    private sealed class Kind : IDisposable
    {
        private readonly PartitionedRateLimiter<int> _buckets;
        private readonly Problem _refusal;

        public Kind(string what, int limit, TimeSpan period)
        {
            var options = new TokenBucketRateLimiterOptions
            {
                TokenLimit = 2 * limit,
                TokensPerPeriod = limit,
                ReplenishmentPeriod = period,
                QueueLimit = 0,
                AutoReplenishment = false,
            };
            RateLimiter Create(int bucket) => new TokenBucketRateLimiter(options);
            Func<int, RateLimiter> create = Create;
            _buckets = PartitionedRateLimiter.Create<int, int>(bucket => RateLimitPartition.Get(bucket, create));
            _refusal = new Problem(ProblemKind.RateLimited, $"There are too many {what}. Nothing happened; try again later.")
            {
                RetryAfterSeconds = Math.Max(1, (int)Math.Ceiling(period.TotalSeconds / limit)),
            };
        }

        public Problem? Take(int hash)
        {
            using var lease = _buckets.AttemptAcquire(hash & (ApiLimits.RateLimitBuckets - 1));
            return lease.IsAcquired ? null : _refusal;
        }

        public void Dispose() => _buckets.Dispose();
    }
}
