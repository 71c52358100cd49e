namespace WalletGrains.Contracts.Audit;

/// <summary>Reads what the front door kept of requests. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IAuditGrain")]
public interface IAuditGrain : IGrainWithIntegerKey
{
    /// <summary>A page of requests, the newest first.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("List")]
    Task<AuditPage> ListAsync(AuditQuery query);
}

/// <summary>Which requests to read. Each condition is left out by null.</summary>
/// <param name="Before">Only requests with a lower audit id.</param>
/// <param name="Limit">At most so many, 1 to <see cref="Limits.MaxPageSize"/>.</param>
/// <param name="From">Only those that came at or after this time.</param>
/// <param name="To">Only those that came before this time.</param>
/// <param name="UserId">Only those of this user.</param>
/// <param name="Method">Only those with this method.</param>
/// <param name="PathPrefix">Only those whose URL begins like this.</param>
/// <param name="MinStatus">Only those that were answered with this status or a higher one.</param>
/// <param name="MaxStatus">Only those that were answered with this status or a lower one.</param>
/// <param name="CorrelationId">Only those with this correlation id.</param>
/// <param name="RequestId">Only those with this request id, as its client wrote it.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.AuditQuery")]
public sealed record AuditQuery(
    [property: Id(0)] Guid? Before,
    [property: Id(1)] int Limit,
    [property: Id(2)] DateTimeOffset? From = null,
    [property: Id(3)] DateTimeOffset? To = null,
    [property: Id(4)] Guid? UserId = null,
    [property: Id(5)] string? Method = null,
    [property: Id(6)] string? PathPrefix = null,
    [property: Id(7)] int? MinStatus = null,
    [property: Id(8)] int? MaxStatus = null,
    [property: Id(9)] string? CorrelationId = null,
    [property: Id(10)] string? RequestId = null);

/// <summary>A page of requests. It may have fewer than were asked for, or none, and still not be the last one: a page looks through so
/// many requests at most.</summary>
/// <param name="Items">The requests.</param>
/// <param name="Next">The next page is before this audit id; null when there is none.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.AuditPage")]
public sealed record AuditPage([property: Id(0)] IReadOnlyList<AuditedRequest> Items, [property: Id(1)] Guid? Next);

/// <summary>What was kept of a request. Secrets are masked.</summary>
/// <param name="AuditId">Its audit id; grows with time.</param>
/// <param name="At">When it came.</param>
/// <param name="Method">Its method.</param>
/// <param name="Url">Path and query as they were sent.</param>
/// <param name="Body">Its body, at most 8 KB; null when none was read.</param>
/// <param name="BodyBytes">How long the whole body was.</param>
/// <param name="Headers">Some of its headers, a JSON object.</param>
/// <param name="ClientIp">Where it came from.</param>
/// <param name="UserId">Who sent it; null for nobody known.</param>
/// <param name="Status">What it was answered with.</param>
/// <param name="Duration">How long the answer took.</param>
/// <param name="CorrelationId">Its id in the logs.</param>
/// <param name="Made">What it made; null for nothing.</param>
/// <param name="Replayed">An earlier request with the same request id had made it.</param>
/// <param name="Requests">How many requests it stands for: itself, and others that were refused like it.</param>
/// <param name="RequestId">Its request id, as its client wrote it or as it was given one; null for none.</param>
/// <param name="FoundLater">The answer could not say what it made: that was found under the request id since. It, or another request with that id, has made it.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.AuditedRequest")]
public sealed record AuditedRequest(
    [property: Id(0)] Guid AuditId,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] string Method,
    [property: Id(3)] string Url,
    [property: Id(4)] string? Body,
    [property: Id(5)] int BodyBytes,
    [property: Id(6)] string Headers,
    [property: Id(7)] string? ClientIp,
    [property: Id(8)] Guid? UserId,
    [property: Id(9)] int Status,
    [property: Id(10)] TimeSpan Duration,
    [property: Id(11)] string CorrelationId,
    [property: Id(12)] Made? Made,
    [property: Id(13)] bool Replayed,
    [property: Id(14)] int Requests,
    [property: Id(15)] string? RequestId,
    [property: Id(16)] bool FoundLater);

/// <summary>What a request made.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its id.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Made")]
public sealed record Made([property: Id(0)] MadeKind Kind, [property: Id(1)] Guid Id);

/// <summary>What requests make. The numbers are stored.</summary>
public enum MadeKind
{
    /// <summary>An entry of a wallet.</summary>
    Transaction = 1,

    /// <summary>A transfer, reversals included.</summary>
    Transfer = 2,

    /// <summary>A bulk transfer.</summary>
    Bulk = 3,

    /// <summary>A schedule.</summary>
    Schedule = 4,

    /// <summary>A wallet.</summary>
    Wallet = 5,

    /// <summary>A user.</summary>
    User = 6,

    /// <summary>The payment of a bill.</summary>
    Bill = 7,
}
