using WalletGrains.Contracts;

namespace WalletGrains.Api;

/// <summary>What one request may cost the front door. Every limit of the Api, in one place.</summary>
internal static class ApiLimits
{
    /// <summary>
    /// Bytes of a request body. A transfer with description and metadata all in escapes has under 24 KB; a bulk of 100 legs has room
    /// for some 450 letters in every description.
    /// </summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>
    /// Bytes of a body that the server takes in, within five seconds, to throw away what was refused: whoever sends more than allowed before it looks at the
    /// answer would otherwise find its connection reset, and not hear why.
    /// </summary>
    public const int MaxDrainedBytes = 1024 * 1024;

    /// <summary>Bytes of a statement that an operator uploads: its most lines with references of average length, twice.</summary>
    public const int MaxStatementBytes = 8 * 1024 * 1024;

    /// <summary>Bytes of all request headers. Above the largest token that must still be answered with 401 and not with 431 (20 KB).</summary>
    public const int MaxHeaderBytes = 32 * 1024;

    /// <summary>Request headers.</summary>
    public const int MaxHeaders = 64;

    /// <summary>Bytes of the request line; the longest honest one, a history with every filter, has under 512.</summary>
    public const int MaxRequestLineBytes = 8 * 1024;

    /// <summary>Levels of nesting in a JSON body.</summary>
    public const int MaxJsonDepth = 64;

    /// <summary>
    /// Characters of an access token. Ours have under 700; with an e-mail address of 254 characters and a name of 200 that are
    /// all escaped (6 bytes each), under 2,600.
    /// </summary>
    public const int MaxTokenLength = 3_072;

    /// <summary>Characters of a correlation id that is taken from the request.</summary>
    public const int MaxCorrelationIdLength = 128;

    /// <summary>Characters of a member's name that an error message repeats.</summary>
    public const int MaxEchoedNameLength = 64;

    /// <summary>Wallets whose owner and currency are kept in memory; about 300 bytes each, so 60 MB.</summary>
    public const int KnownWallets = 200_000;

    /// <summary>Updates that may wait for one push connection before only the newest of each wallet is kept; some 200 bytes each.</summary>
    public const int MaxWaitingUpdates = 1_024;

    /// <summary>Alerts that may wait for the push connection of an operator.</summary>
    public const int MaxWaitingAlerts = 64;

    /// <summary>Steps of bill payments that may wait for a push connection.</summary>
    public const int MaxWaitingBills = 64;

    /// <summary>
    /// Wallets of which a push connection remembers what it has sent, 100 bytes each. Beyond it those are forgotten of which nothing
    /// waits: the feed does not repeat itself, so the memory is needed where a client resumes, and clients resume a few.
    /// </summary>
    public const int MaxFollowedWallets = 8_192;

    /// <summary>Wallets that one call of Resume may name: a page of a grain, of virtual accounts too.</summary>
    public const int MaxResumedWallets = Limits.MaxPageSize;

    /// <summary>How often a wallet's owner is asked for while the store answers, before push goes on without it: some ten seconds of pauses.</summary>
    public const int MaxOwnerFailures = 8;

    /// <summary>Wallets that cannot be read of which push remembers it; beyond it all of them are tried anew.</summary>
    public const int MaxUnreadableWallets = 1_000;

    /// <summary>Entries that one call of Resume sends again, of all its wallets together: 1.5 MB.</summary>
    public const int MaxReplayedEntries = 5_000;

    /// <summary>Entries of one wallet that are sent again; who missed more gets the newest state.</summary>
    public const int MaxReplayedEntriesOfWallet = 1_000;

    /// <summary>Calls of Resume on one connection, which lives no longer than its token: one every nine seconds.</summary>
    public const int MaxResumes = 100;

    /// <summary>Replays that read the journal at the same time; after an outage everybody comes back at once.</summary>
    public const int MaxReplaysInProgress = 16;

    /// <summary>Bytes of one message from a client of the push hub; the longest honest one, a Resume of so many wallets, has 12 KB.</summary>
    public const int MaxHubMessageBytes = 16 * 1024;

    /// <summary>Bytes that one push connection may have on their way in or out before they wait.</summary>
    public const int MaxHubBufferBytes = 32 * 1024;

    /// <summary>
    /// Bytes that the system keeps for a push connection until its client takes them; it takes twice as many for its own. Left to
    /// itself it keeps up to 4 MB for one that never reads, and only then anybody notices. At 200 ms to the client and back this
    /// lets a thousand updates a second through.
    /// </summary>
    public const int HubSendBufferBytes = 64 * 1024;

    /// <summary>How long the client of a push connection may take to say which protocol it speaks.</summary>
    public static readonly TimeSpan HubHandshake = TimeSpan.FromSeconds(5);

    /// <summary>How long a client that was told why its connection ends may take to end it itself. What it is just sending is still taken meanwhile.</summary>
    public static readonly TimeSpan HubGoodbye = TimeSpan.FromSeconds(15);

    /// <summary>So much later than the hub itself, the framework gives up a client that takes nothing.</summary>
    public static readonly TimeSpan HubSendMargin = TimeSpan.FromSeconds(10);

    /// <summary>A response buffer that has grown above this many bytes is not kept for the next response of its thread.</summary>
    public const int MaxKeptResponseBuffer = 256 * 1024;

    /// <summary>Bytes of a body that the audit keeps; the database has the same number.</summary>
    public const int MaxAuditedBody = 8 * 1024;

    /// <summary>Characters of a URL that the audit keeps; the longest honest one has under 512.</summary>
    public const int MaxAuditedUrl = 2_048;

    /// <summary>Characters of a header that the audit keeps.</summary>
    public const int MaxAuditedHeader = 512;

    /// <summary>Characters of a JSON member's or query parameter's name that is looked at when secrets are masked.</summary>
    public const int MaxMemberName = 256;

    /// <summary>Requests that wait to be stored in the audit: more than a second at full speed.</summary>
    public const int AuditQueue = 32 * 1024;

    /// <summary>So many seconds' worth of refused requests of strangers the audit takes at once. 600 in Production, of a queue of 32,768.</summary>
    public const int AuditedRefusalSeconds = 30;

    /// <summary>Senders whose further refused requests are summed up in a record each, until they are stored; 2 KB each.</summary>
    public const int AuditedFloods = 256;

    /// <summary>Bytes of all that waits to be stored, bodies included.</summary>
    public const long AuditQueueBytes = 64L * 1024 * 1024;

    /// <summary>How long an idle connection stays open. Above the usual 60 s of load balancers, so that they close first.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(130);

    /// <summary>How long the headers of a request may take.</summary>
    public static readonly TimeSpan RequestHeaders = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Bytes a second that a body must arrive with after five seconds: the largest has arrived by then, or is refused. A request keeps one of
    /// the front door's places while its body comes, so a few slow ones must not keep them all.
    /// </summary>
    public const double MinBodyRate = 16_384;

    /// <summary>Bytes a second that whoever asked for a long answer must read after ten seconds; for the same reason.</summary>
    public const double MinAnswerRate = 4_096;

    /// <summary>Buckets of each kind of rate limit, a power of two; 250 bytes each, so 4 MB when all are in use.</summary>
    public const int RateLimitBuckets = 16_384;

    /// <summary>How long a request may wait for a place at the front door.</summary>
    public static readonly TimeSpan AdmissionPatience = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection pauses after a refusal when few do, and the least that Retry-After says.</summary>
    public static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(1);

    /// <summary>Connections that may come back in a second after a refusal: with more that pause, each pauses longer. A twentieth of what a front door does in a second.</summary>
    public const int ReturnsPerSecond = 1_000;

    /// <summary>How often a front door reads which sessions have ended and which keys are in force.</summary>
    public static readonly TimeSpan CredentialsPeriod = TimeSpan.FromSeconds(1);

    /// <summary>How long one such read may take.</summary>
    public static readonly TimeSpan CredentialsPatience = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long what was read counts: with this much the longest that an ended session or a revoked key is believed anywhere. Longer than
    /// three reads that fail one after the other.
    /// </summary>
    public static readonly TimeSpan CredentialsCount = TimeSpan.FromSeconds(15);

    /// <summary>How long an ended session is remembered: an access token lives 15 minutes, and clocks differ.</summary>
    public static readonly TimeSpan EndedSessionsCount = TimeSpan.FromMinutes(17);

    /// <summary>How far the clocks of two nodes may be apart: a token counts from so long before it was issued.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);
}
