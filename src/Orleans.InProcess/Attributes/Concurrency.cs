using Orleans.Placement;

namespace Orleans.Concurrency
{
    /// <summary>Requests of this grain class may start while others wait at an await. Still one thread at a time.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ReentrantAttribute : Attribute;

    /// <summary>This method may start while any request of the same activation waits at an await.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class AlwaysInterleaveAttribute : Attribute;

    /// <summary>This method does not change the grain, so it interleaves with other read-only methods.</summary>
    /// <remarks>Differs from Orleans: a changing request waits until every read-only one has ended, not just the first of them.</remarks>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ReadOnlyAttribute : Attribute;

    /// <summary>The caller does not wait: the task is complete at once and failures are only logged.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class OneWayAttribute : Attribute;

    /// <summary>Up to <see cref="MaxLocalWorkers"/> activations with the same key share the calls; each is still single-threaded.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class StatelessWorkerAttribute : PlacementAttribute
    {
        /// <summary>As many activations as processors.</summary>
        public StatelessWorkerAttribute()
            : this(-1)
        {
        }

        public StatelessWorkerAttribute(int maxLocalWorkers) => MaxLocalWorkers = maxLocalWorkers > 0 ? maxLocalWorkers : null;

        /// <summary><paramref name="removeIdleWorkers"/> has no effect here: idle workers go by age like all activations.</summary>
        public StatelessWorkerAttribute(int maxLocalWorkers, bool removeIdleWorkers)
            : this(maxLocalWorkers) => RemoveIdleWorkers = removeIdleWorkers;

        /// <summary>Null for <see cref="Hosting.InProcessSiloOptions.DefaultMaxLocalWorkers"/>.</summary>
        internal int? MaxLocalWorkers { get; }

        internal bool RemoveIdleWorkers { get; }
    }

    /// <summary>A value that nobody changes any more.</summary>
    /// <remarks>Differs from Orleans: arguments are never copied here, so it only documents the promise.</remarks>
    public readonly struct Immutable<T>(T value)
    {
        public readonly T Value = value;
    }

    /// <summary>Wraps values as <see cref="Immutable{T}"/>.</summary>
    public static class ImmutableExtensions
    {
        public static Immutable<T> AsImmutable<T>(this T value) => new(value);
    }
}

namespace Orleans.Placement
{
    /// <summary>On which silo a grain is activated.</summary>
    /// <remarks>Differs from Orleans: a hint without effect as long as the process has one silo.</remarks>
    [AttributeUsage(AttributeTargets.Class)]
    public abstract class PlacementAttribute : Attribute;

    /// <summary>On any silo.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class RandomPlacementAttribute : PlacementAttribute;

    /// <summary>On the silo of the first caller.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class PreferLocalPlacementAttribute : PlacementAttribute;

    /// <summary>On the silo that the hash of the key names.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class HashBasedPlacementAttribute : PlacementAttribute;

    /// <summary>On the silo with the fewest activations.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ActivationCountBasedPlacementAttribute : PlacementAttribute;
}
