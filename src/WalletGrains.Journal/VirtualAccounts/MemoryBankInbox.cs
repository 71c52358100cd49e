using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.VirtualAccounts;

/// <summary>What the bank has told, in memory, with the observable behaviour of <see cref="PostgresBankInbox"/>, for tests and simulations.</summary>
/// <param name="jobs">Where jobs go.</param>
/// <param name="interceptor">Called around every write; see <see cref="CommitInterceptor"/>.</param>
public sealed class MemoryBankInbox(MemoryJobStore jobs, CommitInterceptor? interceptor = null) : IBankInbox
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, BankCreditRow> _credits = new(StringComparer.Ordinal);
    private readonly HashSet<(string Reference, string AccountNumber, long AmountMinor, string Currency)> _contradictions = [];
    private readonly Dictionary<DateOnly, byte[]> _reconciliations = [];

    /// <inheritdoc/>
    public Task<BankCreditRow?> ReceiveAsync(BankCreditRow credit, NewJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(credit);
        return CommitAsync(() =>
        {
            var known = _credits.GetValueOrDefault(credit.Reference);
            if (known is null)
            {
                _credits.Add(credit.Reference, credit with { OccurredAt = credit.OccurredAt.Stored(), ReceivedAt = credit.ReceivedAt.Stored(), Credit = null });
            }

            if (known is null or { Credit: null, Closing: null })
            {
                jobs.Enqueue(job);
            }

            return known;
        });
    }

    /// <inheritdoc/>
    public Task ContradictAsync(BankCreditRow reported, NewJob alert)
    {
        ArgumentNullException.ThrowIfNull(reported);
        return CommitAsync(() =>
        {
            if (_contradictions.Add((reported.Reference, reported.AccountNumber, reported.AmountMinor, reported.Currency)))
            {
                jobs.Enqueue(alert);
            }

            return true;
        });
    }

    /// <inheritdoc/>
    public Task ReopenAsync(string reference, NewJob job) => CommitAsync(() =>
    {
        if (_credits.GetValueOrDefault(reference) is { Credit: null } known)
        {
            jobs.Enqueue(job);
            _credits[reference] = known with { Closing = null };
        }

        return true;
    });

    /// <inheritdoc/>
    public Task<bool> DiscardAsync(Guid jobId) => CommitAsync(() =>
    {
        var isDiscarded = jobs.Discard(jobId);
        if (jobs.FindRow(jobId) is { State: JobState.Discarded } job && _credits.GetValueOrDefault(job.Key) is { Credit: null, Closing: null } open)
        {
            _credits[open.Reference] = open with { Closing = new BankCreditClosing(jobs.Now, job.LastError!) };
        }

        return isDiscarded;
    });

    /// <inheritdoc/>
    public Task MarkCreditedAsync(string reference, BankCreditEntry credit)
    {
        ArgumentNullException.ThrowIfNull(credit);
        return CommitAsync(() =>
        {
            if (_credits.GetValueOrDefault(reference) is { Credit: null } known)
            {
                _credits[reference] = known with { Credit = credit with { CreditedAt = credit.CreditedAt.Stored() } };
            }

            return true;
        });
    }

    /// <inheritdoc/>
    public Task<BankCreditRow?> FindAsync(string reference, CancellationToken cancellationToken) =>
        Read(() => _credits.GetValueOrDefault(reference), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<BankCreditRow>> FindAsync(IReadOnlyCollection<string> references, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(references);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(references.Count, IBankInbox.MaxReferences);
        return Read<IReadOnlyList<BankCreditRow>>(() => [.. _credits.Values.Where(credit => references.Contains(credit.Reference))], cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<BankCreditRow>> ReadAsync(DateTimeOffset from, DateTimeOffset to, BankCreditRow? after, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<BankCreditRow>>(
            () => [.. _credits.Values
                .Where(credit => (credit.OccurredAt >= from && credit.OccurredAt < to)
                    || (credit.Source == IBankInbox.WebhookSource && credit.ReceivedAt >= from && credit.ReceivedAt < to))
                .OrderBy(credit => credit.ReceivedAt)
                .Where(credit => after is null || credit.ReceivedAt > after.ReceivedAt
                    || (credit.ReceivedAt == after.ReceivedAt && string.CompareOrdinal(credit.Reference, after.Reference) > 0))
                .Take(IBankInbox.MaxReferences)],
            cancellationToken);

    /// <inheritdoc/>
    public Task SaveReconciliationAsync(DateOnly day, DateTimeOffset ranAt, ReadOnlyMemory<byte> content) =>
        CommitAsync(() => _reconciliations[day] = content.ToArray());

    /// <inheritdoc/>
    public Task<byte[]?> FindReconciliationAsync(DateOnly day, CancellationToken cancellationToken) =>
        Read(() => _reconciliations.GetValueOrDefault(day), cancellationToken);

    private async Task<T> CommitAsync<T>(Func<T> commit)
    {
        await (interceptor?.Invoke(CommitPoint.Before, Guid.Empty) ?? Task.CompletedTask);
        T result;
        lock (_lock)
        {
            result = commit();
        }

        await (interceptor?.Invoke(CommitPoint.After, Guid.Empty) ?? Task.CompletedTask);
        return result;
    }

    private Task<T> Read<T>(Func<T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(read());
        }
    }
}
