namespace Orleans;

/// <summary>Each grain of this class is a subscriber to the stream of its own key in the given namespace, or in any.</summary>
/// <remarks>Differs from Orleans: the namespace is matched exactly; there are no predicates and no mappers of keys.</remarks>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class ImplicitStreamSubscriptionAttribute : Attribute
{
    private readonly string? _namespace;

    /// <summary>In any namespace.</summary>
    public ImplicitStreamSubscriptionAttribute()
    {
    }

    public ImplicitStreamSubscriptionAttribute(string streamNamespace) => _namespace = streamNamespace.Trim();

    internal bool Matches(string? streamNamespace) => _namespace is null || _namespace == streamNamespace;
}
