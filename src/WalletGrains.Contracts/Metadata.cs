using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace WalletGrains.Contracts;

/// <summary>
/// What a caller attaches to a request for its own use: a flat map from names to texts, kept with the entry and never
/// interpreted. Two with the same pairs are equal, in whatever order they were given.
/// </summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Metadata")]
public sealed class Metadata : IEquatable<Metadata>
{
    [Id(0)]
    private readonly KeyValuePair<string, string>[] _pairs;

    private Metadata(KeyValuePair<string, string>[] pairs) => _pairs = pairs;

    /// <summary>Names and texts, in the order of their names.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs => _pairs;

    /// <summary>Metadata of these pairs; false when it is too large, or when a name or a text cannot be stored and shown.</summary>
    /// <param name="pairs">At most <see cref="Limits.MaxMetadataBytes"/> bytes of UTF-8 over all names and texts, names not
    /// empty and each only once, no control characters and no halves of surrogate pairs.</param>
    /// <param name="metadata">The metadata; null when there are no pairs.</param>
    public static bool TryCreate(IEnumerable<KeyValuePair<string, string>> pairs, out Metadata? metadata)
    {
        var sorted = pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToArray();
        metadata = null;
        var bytes = 0L;
        for (var i = 0; i < sorted.Length; i++)
        {
            var (name, text) = sorted[i];
            if (string.IsNullOrEmpty(name) || text is null || !PlainText.IsValid(name) || !PlainText.IsValid(text)
                || (i > 0 && sorted[i - 1].Key == name))
            {
                return false;
            }

            bytes += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(text);
            if (bytes > Limits.MaxMetadataBytes)
            {
                return false;
            }
        }

        metadata = sorted.Length == 0 ? null : new Metadata(sorted);
        return true;
    }

    /// <summary>Metadata of pairs that were checked before, as the journal has them.</summary>
    /// <exception cref="FormatException">They are not metadata.</exception>
    public static Metadata? FromStored(IEnumerable<KeyValuePair<string, string>> pairs) =>
        TryCreate(pairs, out var metadata) ? metadata : throw new FormatException("These pairs are not metadata.");

    /// <inheritdoc />
    public bool Equals([NotNullWhen(true)] Metadata? other) => other is not null && _pairs.AsSpan().SequenceEqual(other._pairs);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Metadata);

    /// <inheritdoc />
    public override int GetHashCode() => _pairs.Aggregate(0, HashCode.Combine);
}
