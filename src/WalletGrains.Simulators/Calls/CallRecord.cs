using WalletGrains.Simulators.Faults;

namespace WalletGrains.Simulators.Calls;

/// <summary>A call that was received.</summary>
/// <param name="Number">From 1, in the order in which calls arrived.</param>
/// <param name="Route">What was called.</param>
/// <param name="Key">What it was about; empty as long as it is not understood.</param>
/// <param name="ReceivedAt">When its headers had arrived.</param>
/// <param name="Concurrency">How many calls of the route were in progress then, with this one. A caller who gives up is out of it.</param>
/// <param name="Faults">What struck it.</param>
/// <param name="Status">What was answered; null if nothing was, or not yet.</param>
/// <param name="DurationMs">Until it was answered or given up; null while it is in progress.</param>
public sealed record CallRecord(
    long Number, string Route, string Key, DateTimeOffset ReceivedAt, int Concurrency, IReadOnlyList<FaultKind> Faults, int? Status = null, double? DurationMs = null);

/// <summary>All calls of a route.</summary>
/// <param name="Route">What was called.</param>
/// <param name="Received">How many, since the start or the last reset.</param>
/// <param name="InProgress">How many now.</param>
/// <param name="PeakConcurrency">How many were in progress at once.</param>
/// <param name="BusiestSecond">How many arrived within one second at most; of the calls that can still be listed.</param>
/// <param name="Struck">How many were struck, by the fault's name.</param>
public sealed record CallSummary(
    string Route, int Received, int InProgress, int PeakConcurrency, int BusiestSecond, IReadOnlyDictionary<string, int> Struck);
