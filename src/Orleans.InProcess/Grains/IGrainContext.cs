using Orleans.InProcess;

namespace Orleans.Runtime;

/// <summary>An activation as its own grain, filters and the runtime see it.</summary>
/// <remarks>Differs from Orleans: only the members below; no components, no lifecycle stages, no migration.</remarks>
public interface IGrainContext : IEquatable<IGrainContext>
{
    GrainReference GrainReference { get; }

    GrainId GrainId { get; }

    /// <summary>The grain object, or null before it was made.</summary>
    object? GrainInstance { get; }

    /// <summary>The services of this activation: one scope for its whole life.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Completes when the activation has ended. Awaiting it inside the same grain's request never returns.</summary>
    Task Deactivated { get; }

    /// <summary>Ends the activation after the requests in progress; does nothing when it is already ending.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

/// <summary>Finds the activation in whose turn the current code runs.</summary>
internal static class RuntimeContext
{
    /// <summary>Null outside of grain code, after <c>Task.Run</c> and after <c>ConfigureAwait(false)</c>.</summary>
    public static IGrainContext? Current => TaskScheduler.Current as Activation;

    public static Activation ActivationOf(IGrainBase grain) =>
        grain.GrainContext as Activation
        ?? throw new InvalidOperationException($"{grain.GetType()} was created outside of the runtime, so it has no activation.");
}
