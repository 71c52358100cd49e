using System.Diagnostics;
using Span = System.Diagnostics.Activity;

namespace WalletGrains.Journal.Writing;

/// <summary>The spans of commits. Without somebody who listens they cost nothing but the question.</summary>
internal static class JournalTracing
{
    /// <summary>Origins that the span of one commit is linked to; a commit may have a thousand.</summary>
    private const int MaxLinks = 64;

    private static readonly ActivitySource Source = new("WalletGrains.Journal");

    /// <summary>The span in which something is handed to a lane; null while nobody listens.</summary>
    public static Span? Origin => Source.HasListeners() ? Span.Current : null;

    /// <summary>
    /// Begins the span of a commit. It is nobody's child, since it serves many requests; it is linked to the spans that they came from.
    /// </summary>
    public static Span? StartCommit<T>(int lane, ReadOnlySpan<T> items, int attempt)
        where T : LaneItem
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var links = new List<ActivityLink>();
        foreach (var item in items)
        {
            if (item.Origin is { Recorded: true } origin && links.Count < MaxLinks)
            {
                links.Add(new ActivityLink(origin.Context));
            }
        }

        // A lane goes on for ever: what was current when it was started is not what it works for.
        Span.Current = null;
        var commit = Source.StartActivity("journal commit", ActivityKind.Client, parentContext: default, links: links);
        commit?.SetTag("walletgrains.lane", lane);
        commit?.SetTag("walletgrains.commit.size", items.Length);
        commit?.SetTag("walletgrains.commit.attempt", attempt);
        return commit;
    }
}
