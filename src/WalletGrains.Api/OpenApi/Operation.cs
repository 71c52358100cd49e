using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;

namespace WalletGrains.Api.OpenApi;

/// <summary>What an endpoint promises: the source of its part of the OpenAPI document.</summary>
/// <param name="Id">Name of the operation for generated clients.</param>
/// <param name="Tag">The group it is shown in.</param>
/// <param name="Summary">What it does, in a few words.</param>
internal sealed record Operation(string Id, string Tag, string Summary)
{
    /// <summary>What a caller should know beyond the summary.</summary>
    public string? Description { get; init; }

    /// <summary>Who may use it.</summary>
    public required Access Access { get; init; }

    /// <summary>Type of the body it takes; null when it takes none.</summary>
    public Type? Body { get; init; }

    /// <summary>What a body is that is no JSON; null for none.</summary>
    public TextBody? TextBody { get; init; }

    /// <summary>The body may be left out, because each of its members may.</summary>
    public bool BodyIsOptional { get; init; }

    /// <summary>A body member that names the request and may be given by the header Idempotency-Key; null when there is none.</summary>
    public string? RequestIdMember { get; init; }

    /// <summary>A repeated request is answered like the first one, with the header Idempotent-Replay.</summary>
    public bool Replays { get; init; }

    /// <summary>The header Idempotency-Key names the request, in place of a body member where there is one.</summary>
    public bool TakesRequestId => RequestIdMember is not null || Replays;

    /// <summary>
    /// What to do when the answer was lost to a request that changes something and has no id; null for others. Where nothing is said it is
    /// <see cref="Again"/>.
    /// </summary>
    public string? IfUnknown { get; init; }

    /// <summary>What to do after a lost answer where doing it twice is like doing it once.</summary>
    public const string Again = "Send it again; it does no harm.";

    /// <summary>Status of success.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Type of the body it answers with; void for none.</summary>
    public required Type Response { get; init; }

    /// <summary>What it answers with besides JSON, when the header Accept asks for it.</summary>
    public IReadOnlyList<string> OtherMediaTypes { get; init; } = [];

    /// <summary>Query parameters it knows; any other is refused.</summary>
    public IReadOnlyList<QueryParameter> Query { get; init; } = [];

    /// <summary>It reads no query, whatever is in it: others have made up the address.</summary>
    public bool IgnoresQuery { get; init; }

    /// <summary>It counts for rate limits and takes a place at the front door; not so what load balancers ask.</summary>
    public bool Limited { get; init; } = true;

    /// <summary>It hashes a password or gives tokens out, and has a limit of its own for each address.</summary>
    public bool SignsIn { get; init; }

    /// <summary>The id in its path is a wallet's.</summary>
    public bool HasWalletInPath { get; init; }

    /// <summary>It asks grains, which may be away or overloaded.</summary>
    public bool CallsGrains { get; init; } = true;

    /// <summary>The problems of its own, beyond those that follow from the members above.</summary>
    public IReadOnlyList<ProblemKind> Problems { get; init; } = [];

    /// <summary>Every problem it may answer with.</summary>
    public IEnumerable<ProblemKind> AllProblems(bool hasPathId)
    {
        var kinds = new List<ProblemKind>(Problems) { ProblemKind.Internal };
        if (Body is not null || TextBody is not null)
        {
            kinds.AddRange([ProblemKind.Validation, ProblemKind.RequestTimeout, ProblemKind.BodyTooLarge, ProblemKind.UnsupportedMediaType]);
        }

        if (hasPathId || !IgnoresQuery)
        {
            kinds.Add(ProblemKind.Validation);
        }

        if (!Access.IsOpen)
        {
            // Unavailable: it is not known which credentials count.
            kinds.AddRange([ProblemKind.Unauthenticated, ProblemKind.Forbidden, ProblemKind.Unavailable]);
        }

        if (Limited)
        {
            kinds.AddRange([ProblemKind.RateLimited, ProblemKind.Overloaded]);
        }

        if (CallsGrains)
        {
            kinds.AddRange([ProblemKind.Overloaded, ProblemKind.Unavailable]);
        }

        if (TakesRequestId || IfUnknown is not null)
        {
            kinds.Add(ProblemKind.OutcomeUnknown);
        }

        return kinds.Distinct();
    }
}

/// <summary>A body that is a text.</summary>
/// <param name="MediaType">What it must be sent as.</param>
/// <param name="Example">Such a text.</param>
internal sealed record TextBody(string MediaType, string Example);

/// <summary>A query parameter; none is required.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does and what it may be.</param>
internal sealed record QueryParameter(string Name, string Description)
{
    /// <summary>A whole number; otherwise a text.</summary>
    public bool IsInteger { get; init; }

    /// <summary>Its values; null for any text.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Rows of a page.</summary>
    public static QueryParameter Limit { get; } = new("limit", "Rows of the page, 1 to 200.") { IsInteger = true };

    /// <summary>Where the page before it ended.</summary>
    public static QueryParameter NextCursor { get; } = new("cursor", "nextCursor of the page before.");
}
