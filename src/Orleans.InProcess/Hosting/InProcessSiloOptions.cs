using System.Reflection;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>The limits and times of an in-process silo.</summary>
public sealed class InProcessSiloOptions
{
    /// <summary>Where grain classes are looked for, once, at start.</summary>
    public IList<Assembly> GrainAssemblies { get; } = [];

    /// <summary>How long a caller waits for the reply, unless the method has a [ResponseTimeout].</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an activation may be idle, unless its class says otherwise.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often idle activations are looked for.</summary>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often reply deadlines are looked at: a time-out is late by up to two of these.</summary>
    public TimeSpan HousekeepingPeriod { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>With this many calls in progress and waiting, an activation refuses more with <see cref="LimitExceededException"/>.</summary>
    public int MaxCallsPerActivation { get; set; } = 10_000;

    /// <summary>How many activations of a stateless worker share the calls, unless its attribute says otherwise.</summary>
    public int DefaultMaxLocalWorkers { get; set; } = Environment.ProcessorCount;

    /// <summary>How many activations may pass a call on before it is rejected.</summary>
    public int MaxForwardCount { get; set; } = 2;

    public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the reminder table is read for changes made by others.</summary>
    public TimeSpan RefreshReminderListPeriod { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Events of one stream that wait for one subscriber; publishers wait beyond it.</summary>
    public int MaxWaitingEventsPerSubscription { get; set; } = 1_000;

    /// <summary>How often an event is delivered before it is given up.</summary>
    public int MaxStreamDeliveries { get; set; } = 5;

    /// <summary>The pause after the first failed delivery; it doubles with each further one.</summary>
    public TimeSpan StreamRetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    internal void Validate()
    {
        Require(ResponseTimeout > TimeSpan.Zero, nameof(ResponseTimeout), "positive");
        Require(CollectionQuantum > TimeSpan.Zero, nameof(CollectionQuantum), "positive");
        Require(CollectionAge >= CollectionQuantum, nameof(CollectionAge), $"at least {nameof(CollectionQuantum)}");
        Require(ActivationTimeout > TimeSpan.Zero, nameof(ActivationTimeout), "positive");
        Require(DeactivationTimeout > TimeSpan.Zero, nameof(DeactivationTimeout), "positive");
        Require(HousekeepingPeriod > TimeSpan.Zero && HousekeepingPeriod < ResponseTimeout, nameof(HousekeepingPeriod), $"positive and below {nameof(ResponseTimeout)}");
        Require(MaxCallsPerActivation > 0, nameof(MaxCallsPerActivation), "positive");
        Require(DefaultMaxLocalWorkers > 0, nameof(DefaultMaxLocalWorkers), "positive");
        Require(MaxForwardCount >= 0, nameof(MaxForwardCount), "zero or more");
        Require(MinimumReminderPeriod >= TimeSpan.Zero, nameof(MinimumReminderPeriod), "zero or more");
        Require(RefreshReminderListPeriod > TimeSpan.Zero, nameof(RefreshReminderListPeriod), "positive");
        Require(MaxWaitingEventsPerSubscription > 0, nameof(MaxWaitingEventsPerSubscription), "positive");
        Require(MaxStreamDeliveries > 0, nameof(MaxStreamDeliveries), "positive");
        Require(StreamRetryDelay >= TimeSpan.Zero, nameof(StreamRetryDelay), "zero or more");
    }

    private static void Require(bool holds, string setting, string rule)
    {
        if (!holds)
            throw new OrleansConfigurationException($"{nameof(InProcessSiloOptions)}.{setting} must be {rule}.");
    }
}
