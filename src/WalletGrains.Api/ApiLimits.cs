namespace WalletGrains.Api;

/// <summary>What one request may cost the front door. Every limit of the Api, in one place.</summary>
internal static class ApiLimits
{
    /// <summary>
    /// Bytes of a request body. A transfer with description and metadata all in escapes has under 24 KB; a bulk of 100 legs has room
    /// for some 450 letters in every description.
    /// </summary>
    public const int MaxBodyBytes = 64 * 1024;

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

    /// <summary>A response buffer that has grown above this many bytes is not kept for the next response of its thread.</summary>
    public const int MaxKeptResponseBuffer = 256 * 1024;

    /// <summary>How long an idle connection stays open. Above the usual 60 s of load balancers, so that they close first.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(130);

    /// <summary>How long the headers of a request may take.</summary>
    public static readonly TimeSpan RequestHeaders = TimeSpan.FromSeconds(15);

    /// <summary>How far the clocks of two nodes may be apart: a token counts from so long before it was issued.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);
}
