using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
using WalletGrains.Grains.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Fraud;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Fraud;

/// <summary>Shows events to the rules. What rules find is a function of the wallet's entries alone: windows are kept in memory and are read from
/// the journal where they are not, so neither a repeat nor a late event nor another activation finds anything else.</summary>
internal sealed class FraudEffects(FraudRules rules, IFraudStore store, IJournal journal, IdGenerator ids) : IActivityEffects
{
    private readonly Dictionary<Guid, Withdrawals> _windows = [];
    private readonly Dictionary<(Guid WalletId, string Rule), Guid> _alertIds = [];
    private readonly List<FraudFindingRow> _findings = [];
    private readonly HashSet<Guid> _skipped = [];

    /// <summary>Alerts that were raised; whoever tells of them takes them out.</summary>
    public List<Guid> Raised { get; } = [];

    /// <summary>Whether what was found may be about a wallet that is to be frozen; whoever looks sets it back.</summary>
    public bool IsToHold { get; set; }

    /// <inheritdoc />
    public int Count => _findings.Count;

    /// <inheritdoc />
    public async Task PrepareAsync(IReadOnlyList<ActivityEvent> events)
    {
        foreach (var walletId in _skipped)
        {
            // What was skipped is looked at later, together with what was there behind it by then. Whatever comes from now on sees it, if it can be read.
            _windows.Remove(walletId);
        }

        _skipped.Clear();
        if (_windows.Count > GrainLimits.MaxFraudWindows)
        {
            // Forgotten windows are read again when they are needed.
            _windows.Clear();
        }

        Dictionary<Guid, Entry>? firsts = null;
        foreach (var happened in events)
        {
            if (happened.Entry is { } entry && rules.Concern(entry) && !_windows.ContainsKey(entry.WalletId))
            {
                (firsts ??= []).TryAdd(entry.WalletId, entry);
            }
        }

        foreach (var chunk in firsts?.Values.Chunk(GrainLimits.FraudWindowConcurrency) ?? [])
        {
            foreach (var (first, window) in chunk.Zip(await Task.WhenAll(chunk.Select(first => journal.ReadBeforeAsync(rules, first, CancellationToken.None)))))
            {
                _windows.Add(first.WalletId, window);
            }
        }
    }

    /// <inheritdoc />
    public void Apply(ActivityEvent happened)
    {
        var entry = happened.Entry ?? throw new FormatException($"Entry {happened.Version} of wallet {happened.WalletId} cannot be read.");
        if (!rules.Concern(entry))
        {
            return;
        }

        var (before, added) = (_windows[entry.WalletId], Withdrawal.Of(entry));
        var after = before.With(added);
        if (ReferenceEquals(before, after))
        {
            return;
        }

        _windows[entry.WalletId] = rules.Keep(after);
        foreach (var finding in rules.Find(after, added, entry.Amount.Currency))
        {
            var key = (entry.WalletId, finding.Rule);
            if (!_alertIds.TryGetValue(key, out var alertId))
            {
                _alertIds.Add(key, alertId = ids.NewId());
            }

            _findings.Add(FraudRows.ToRow(finding, alertId, entry.WalletId, entry.Amount.Currency));
        }
    }

    /// <inheritdoc />
    public void Skip(ActivityEvent happened) => _skipped.Add(happened.WalletId);

    /// <inheritdoc />
    public async Task<bool> WriteAsync(PositionMove move, IReadOnlyList<NewJob> jobs)
    {
        var raised = await store.WriteAsync(move, _findings, jobs, CancellationToken.None);
        Raised.AddRange(raised ?? []);
        IsToHold |= raised is not null && rules.Hold && _findings.Count > 0;
        return raised is not null;
    }

    /// <inheritdoc />
    public void Clear()
    {
        _findings.Clear();
        _alertIds.Clear();
    }

    /// <inheritdoc />
    public void Reset()
    {
        // What windows hold may be applied again, and then has to be found again.
        Clear();
        _windows.Clear();
        _skipped.Clear();
    }
}
