using WalletGrains.Contracts.Activity;
using WalletGrains.Journal.Activity;

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

    /// <summary>Writes the effects together with the move; false, and nothing written, when the consumer does not stand where it must.</summary>
    Task<bool> WriteAsync(PositionMove move);

    /// <summary>Forgets the effects: they are written, or somebody else's position makes them void.</summary>
    void Clear();
}
