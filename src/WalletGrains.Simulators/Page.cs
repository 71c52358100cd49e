namespace WalletGrains.Simulators;

/// <summary>A part of a list.</summary>
/// <param name="Items">In the order in which they were made.</param>
/// <param name="Total">How many the whole list has.</param>
/// <param name="Next">What to ask for as <c>after</c> next; null when there is no more.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, int Total, long? Next = null)
{
    internal static Page<T> Of(List<T> all, int after, int limit)
    {
        var from = Math.Min(after, all.Count);
        var items = all.GetRange(from, Math.Min(limit, all.Count - from));
        var end = from + items.Count;
        return new Page<T>(items, all.Count, end < all.Count ? end : null);
    }
}
