using System.Text.Json;
using System.Text.Json.Serialization;

namespace WalletGrains.Simulators.Faults;

/// <summary>What can go wrong. In JSON: <c>timeout-before</c> and so on.</summary>
[JsonConverter(typeof(FaultKindConverter))]
public enum FaultKind
{
    /// <summary>Done and answered after <see cref="FaultRule.DelayMs"/>; done then also if the caller has given up.</summary>
    Slow,

    /// <summary>Done and answered when the admin lets it go, also if the caller has given up.</summary>
    Held,

    /// <summary>Never answered, and not done.</summary>
    TimeoutBefore,

    /// <summary>Done, and never answered.</summary>
    TimeoutAfter,

    /// <summary>500, and not done.</summary>
    ErrorBefore,

    /// <summary>Done, and answered with 500.</summary>
    ErrorAfter,

    /// <summary>429 with Retry-After, and not done.</summary>
    Throttled,

    /// <summary>Done, and answered with 200 and a body that is cut off, empty or a page of HTML.</summary>
    Malformed,

    /// <summary>Done rightly; the answer, or the webhook, says one unit of the currency more.</summary>
    WrongAmount,

    /// <summary>The bank: done rightly; the answer has another <see cref="FaultRule.Member"/> than it should.</summary>
    WrongAccount,

    /// <summary>A payment: stays PENDING for its first <see cref="FaultRule.Queries"/> status queries.</summary>
    Late,

    /// <summary>A payment: ends as FAILED.</summary>
    Decline,

    /// <summary>A webhook: delivered <see cref="FaultRule.Copies"/> times more.</summary>
    Duplicate,

    /// <summary>A webhook: once more under its reference, with one unit more, after it was accepted.</summary>
    AlteredDuplicate,

    /// <summary>A webhook: held back for a drawn part of <see cref="FaultRule.DelayMs"/>, so that others overtake it.</summary>
    Reorder,

    /// <summary>A webhook: held back for <see cref="FaultRule.DelayMs"/>.</summary>
    Delay,
}

internal sealed class FaultKindConverter() : JsonStringEnumConverter<FaultKind>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
