using WalletGrains.Contracts.Activity;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Activity;

/// <summary>What a consumer makes of events. It collects effects in memory and writes them together with its position.</summary>
internal interface IActivityEffects
{
    /// <summary>Effects that wait to be written.</summary>
    int Count { get; }

    /// <summary>Reads what is needed to apply these events; changes nothing that a repeat would change again.</summary>
    /// <exception cref="Journal.JournalUnavailableException">The store is away.</exception>
    Task PrepareAsync(IReadOnlyList<ActivityEvent> events);

    /// <summary>Takes an event into account. Nothing is awaited here, so what it throws is the fault of the event.</summary>
    void Apply(ActivityEvent happened);

    /// <summary>Goes on behind an event that cannot be applied: a job does it later (<see cref="IEventRetry"/>).</summary>
    void Skip(ActivityEvent happened);

    /// <summary>Writes the effects and the jobs of skipped events together with the move; false, and nothing written, when the consumer does not
    /// stand where it must.</summary>
    Task<bool> WriteAsync(PositionMove move, IReadOnlyList<NewJob> jobs);

    /// <summary>Forgets the effects: they are written.</summary>
    void Clear();

    /// <summary>Forgets everything: the consumer begins anew from what is durable.</summary>
    void Reset();
}
