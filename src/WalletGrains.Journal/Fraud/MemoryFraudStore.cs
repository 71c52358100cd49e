using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.Fraud;

/// <summary>Alerts in memory with the observable behaviour of <see cref="PostgresFraudStore"/>, for tests and simulations.</summary>
/// <param name="positions">The positions that moves go by, and their faults.</param>
/// <param name="jobStore">Where jobs go.</param>
public sealed class MemoryFraudStore(MemoryActivityPositions positions, MemoryJobStore jobStore) : IFraudStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<Guid, FraudAlertRow> _alerts = [];
    private readonly HashSet<(Guid WalletId, string Rule, long Version)> _found = [];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Guid>?> WriteAsync(
        PositionMove move, IReadOnlyList<FraudFindingRow> findings, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        var raised = new List<Guid>();
        var moved = await positions.MoveAsync(move, () =>
        {
            jobs.ToList().ForEach(jobStore.Enqueue);
            Write(findings, raised);
        });
        return moved ? raised : null;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FraudAlertRow>> ReadAsync(bool? isOpen, Guid? walletId, Guid? before, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return SelectAsync(alerts => alerts
            .Where(alert => isOpen is null || isOpen == alert.ResolvedAt is null)
            .Where(alert => walletId is null || alert.WalletId == walletId)
            .Where(alert => before is null || alert.AlertId.CompareTo(before.Value) < 0)
            .Reverse()
            .Take(limit));
    }

    /// <inheritdoc/>
    public async Task<FraudAlertRow?> FindAsync(Guid alertId, CancellationToken cancellationToken) =>
        (await SelectAsync(alerts => alerts.Where(alert => alert.AlertId == alertId))).SingleOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<FraudAlertRow>> ReadToHoldAsync(int partition, int partitions, Guid after, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return SelectAsync(alerts => alerts
            .Where(alert => alert is { Action: PostgresFraudStore.Hold, HeldAt: null, ResolvedAt: null } && alert.AlertId.CompareTo(after) > 0)
            .Where(alert => ActivityQuery.PartitionOf(alert.WalletId, partitions) == partition)
            .Take(limit));
    }

    /// <inheritdoc/>
    public Task MarkHeldAsync(Guid alertId, long findings, DateTimeOffset at, CancellationToken cancellationToken) =>
        Change(alertId, alert => alert.Findings == findings ? alert with { HeldAt = alert.HeldAt ?? at.Stored() } : alert);

    /// <inheritdoc/>
    public Task ResolveAsync(Guid alertId, Guid resolvedBy, string? note, DateTimeOffset at, CancellationToken cancellationToken) =>
        Change(alertId, alert => alert.ResolvedAt is null ? alert with { ResolvedAt = at.Stored(), ResolvedBy = resolvedBy, Note = note } : alert);

    private void Write(IReadOnlyList<FraudFindingRow> findings, List<Guid> raised)
    {
        lock (_lock)
        {
            foreach (var ofRule in findings.GroupBy(finding => (finding.WalletId, finding.Rule)))
            {
                var fresh = ofRule.Where(finding => _found.Add((finding.WalletId, finding.Rule, finding.Version))).ToList();
                if (fresh.Count == 0)
                {
                    continue;
                }

                var first = fresh[0];
                var open = _alerts.Values.SingleOrDefault(alert => (alert.WalletId, alert.Rule) == ofRule.Key && alert.ResolvedAt is null);
                if (open is null)
                {
                    open = new FraudAlertRow(
                        first.AlertId, first.WalletId, first.Rule, first.Action, first.Currency, fresh.Min(finding => finding.At), first.At, 0, null, null, null, null, []);
                    raised.Add(first.AlertId);
                }

                var isToHold = fresh.Exists(finding => finding.Action == PostgresFraudStore.Hold);
                _alerts[open.AlertId] = open with
                {
                    Action = isToHold ? PostgresFraudStore.Hold : open.Action,
                    HeldAt = isToHold ? null : open.HeldAt,
                    RaisedAt = fresh.Select(finding => finding.At).Append(open.RaisedAt).Min(),
                    NewestAt = fresh.Select(finding => finding.At).Append(open.NewestAt).Max(),
                    Findings = open.Findings + fresh.Count,
                    Evidence = [.. open.Evidence
                        .Concat(ofRule
                            .SelectMany(finding => finding.Evidence)
                            .DistinctBy(entry => entry.Version)
                            .OrderBy(entry => entry.Version)
                            .Take(PostgresFraudStore.MaxEvidence - open.Evidence.Count))
                        .DistinctBy(entry => entry.Version)
                        .OrderBy(entry => entry.Version)],
                };
            }
        }
    }

    private Task Change(Guid alertId, Func<FraudAlertRow, FraudAlertRow> change)
    {
        lock (_lock)
        {
            if (_alerts.TryGetValue(alertId, out var alert))
            {
                _alerts[alertId] = change(alert);
            }
        }

        return Task.CompletedTask;
    }

    private Task<IReadOnlyList<FraudAlertRow>> SelectAsync(Func<IEnumerable<FraudAlertRow>, IEnumerable<FraudAlertRow>> select)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<FraudAlertRow>>([.. select(_alerts.Values)]);
        }
    }
}
