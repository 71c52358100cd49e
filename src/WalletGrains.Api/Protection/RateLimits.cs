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
internal sealed class RateLimits
{
    private readonly Kind _addresses;
    private readonly Kind _signIns;
    private readonly Kind _connects;
    private readonly Kind _users;
    private readonly Kind _services;
    private readonly Kind _wallets;
    private readonly Kind _bills;
    private readonly Buckets _auditedRefusals;
    private readonly Buckets _auditedRefusalsOfAddress;

    public RateLimits(IOptions<RateLimitOptions> options)
    {
        var limits = options.Value;
        _addresses = new Kind("requests from your address", limits.PerAddress!.Value, TimeSpan.FromSeconds(1));
        _signIns = new Kind("sign-ins from your address", limits.SignInsPerMinute!.Value, TimeSpan.FromMinutes(1));
        _connects = new Kind("push connections from your address", limits.PushConnectsPerMinute!.Value, TimeSpan.FromMinutes(1));
        _users = new Kind("requests of yours", limits.PerUser!.Value, TimeSpan.FromSeconds(1));
        _services = new Kind("requests of this service", limits.PerService!.Value, TimeSpan.FromSeconds(1));
        _wallets = new Kind("requests about this wallet", limits.PerWallet!.Value, TimeSpan.FromSeconds(1));
        _bills = new Kind("bills of yours", limits.BillsPerMinute!.Value, TimeSpan.FromMinutes(1));
        var (refusals, ofAddress) = (limits.AuditedRefusals!.Value, Math.Max(1, limits.AuditedRefusals.Value / 10));
        _auditedRefusals = new Buckets(refusals, ApiLimits.AuditedRefusalSeconds * refusals, TimeSpan.FromSeconds(1));
        _auditedRefusalsOfAddress = new Buckets(ofAddress, ApiLimits.AuditedRefusalSeconds * ofAddress, TimeSpan.FromSeconds(1));
    }

    /// <summary>Counts a request from an address; the refusal when there were too many.</summary>
    public Problem? Take(IPAddress? address) => _addresses.Take(HashOf(address));

    /// <summary>Counts a sign-in from an address.</summary>
    public Problem? TakeSignIn(IPAddress? address) => _signIns.Take(HashOf(address));

    /// <summary>Counts the beginning of a push connection from an address.</summary>
    public Problem? TakeConnect(IPAddress? address) => _connects.Take(HashOf(address));

    /// <summary>Counts a request of a caller.</summary>
    public Problem? Take(Caller caller) => (caller.Role is UserRole.Service ? _services : _users).Take(HashCode.Combine(caller.UserId));

    /// <summary>Counts a request about a wallet.</summary>
    public Problem? TakeWallet(Guid walletId) => _wallets.Take(HashCode.Combine(walletId));

    /// <summary>Counts a bill that a caller asks to have paid. Services have no limit of their own for it: they pay for many people.</summary>
    public Problem? TakeBill(Caller caller) => caller.Role is UserRole.Service ? null : _bills.Take(HashCode.Combine(caller.UserId));

    /// <summary>Counts a refused request that the audit is to keep; false when there were too many for that.</summary>
    public bool TakeAuditedRefusal(IPAddress? address) => _auditedRefusalsOfAddress.TryTake(HashOf(address)) && _auditedRefusals.TryTake(hash: 0);

    private static int HashOf(IPAddress? address)
    {
        Span<byte> network = stackalloc byte[ClientNetwork.MaxBytes];
        var hash = new HashCode();
        hash.AddBytes(network[..ClientNetwork.Write(address, network)]);
        return hash.ToHashCode();
    }

    /// <summary>
    /// Buckets with a limit each, filled up when they are used. The framework's own way of keeping many, <see cref="PartitionedRateLimiter{TResource}"/>, looks after each
    /// of them ten times a second: with a bucket for each of 10,000 wallets that was a twentieth of the front door's work.
    /// </summary>
    private sealed class Buckets(int limit, int atOnce, TimeSpan period)
    {
        private readonly TokenBucketRateLimiterOptions _options = new()
        {
            TokenLimit = atOnce,
            TokensPerPeriod = limit,
            ReplenishmentPeriod = period,
            QueueLimit = 0,
            AutoReplenishment = false,
        };

        /// <summary>Without a timer or a queue there is nothing in them to dispose.</summary>
        private readonly TokenBucketRateLimiter?[] _buckets = new TokenBucketRateLimiter?[ApiLimits.RateLimitBuckets];

        public bool TryTake(int hash)
        {
            ref var place = ref _buckets[hash & (ApiLimits.RateLimitBuckets - 1)];
            var bucket = Volatile.Read(ref place) ?? Interlocked.CompareExchange(ref place, new TokenBucketRateLimiter(_options), null) ?? place;
            bucket.TryReplenish();
            using var lease = bucket.AttemptAcquire();
            return lease.IsAcquired;
        }
    }

    /// <summary>One kind of limit with its refusal.</summary>
    private sealed class Kind(string what, int limit, TimeSpan period)
    {
        private readonly Buckets _buckets = new(limit, 2 * limit, period);
        private readonly Problem _refusal = new(ProblemKind.RateLimited, $"There are too many {what}. Nothing happened; try again later.")
        {
            RetryAfterSeconds = Math.Max(1, (int)Math.Ceiling(period.TotalSeconds / limit)),
        };

        public Problem? Take(int hash) => _buckets.TryTake(hash) ? null : _refusal;
    }
}
