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

    /// <summary>Alerts that were raised; whoever tells of them takes them out.</summary>
    public List<Guid> Raised { get; } = [];

    /// <inheritdoc />
    public int Count => _findings.Count;

    /// <inheritdoc />
    public async Task PrepareAsync(IReadOnlyList<ActivityEvent> events)
    {
        if (_windows.Count > GrainLimits.MaxFraudWindows)
        {
            // Forgotten windows are read again when they are needed.
            _windows.Clear();
        }

        Dictionary<Guid, Entry>? firsts = null;
        foreach (var happened in events)
        {
            if (happened.Entry is { } entry && Concerns(entry) && !_windows.ContainsKey(entry.WalletId))
            {
                (firsts ??= []).TryAdd(entry.WalletId, entry);
            }
        }

        foreach (var chunk in firsts?.Values.Chunk(GrainLimits.FraudWindowConcurrency) ?? [])
        {
            foreach (var (first, window) in chunk.Zip(await Task.WhenAll(chunk.Select(ReadAsync))))
            {
                _windows.Add(first.WalletId, window);
            }
        }
    }

    /// <inheritdoc />
    public void Apply(ActivityEvent happened)
    {
        var entry = happened.Entry ?? throw new FormatException($"Entry {happened.Version} of wallet {happened.WalletId} cannot be read.");
        if (!Concerns(entry))
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
    public void Skip(ActivityEvent happened)
    {
        // Its wallet's window goes on without it.
    }

    /// <inheritdoc />
    public async Task<bool> WriteAsync(PositionMove move, IReadOnlyList<NewJob> jobs)
    {
        var raised = await store.WriteAsync(move, _findings, jobs, CancellationToken.None);
        Raised.AddRange(raised ?? []);
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
    }

    // Money that an operator gives back is nothing that the owner withdraws.
    private bool Concerns(Entry entry) => entry.ReversesTransferId is null && rules.Concern(EntryTypes.NameOf(entry.Type));

    /// <summary>What rules can see before an entry: for each of them as many of its own types as it reaches.</summary>
    private async Task<Withdrawals> ReadAsync(Entry entry)
    {
        var window = Withdrawals.None;
        foreach (var rule in rules.All)
        {
            // What is older than the window is no harm: the rule sees when it was. A short history is read without the search for where the window begins.
            var query = new EntryQuery(
                entry.WalletId,
                entry.Version,
                rule.Reach,
                [.. EntryTypes.TransactionNames.Where(rule.Concerns)],
                From: entry.Version > JournalLimits.MaxPage ? entry.CreatedAt - rule.Window : null);
            window = await journal.ReadNewestAsync(window, query, rule.Reach - 1, past => Concerns(past) ? Withdrawal.Of(past) : null);
        }

        return window;
    }
}
