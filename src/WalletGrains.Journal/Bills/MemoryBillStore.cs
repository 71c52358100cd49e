using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.Bills;

/// <summary>Payments of bills in memory with the observable behaviour of <see cref="PostgresBillStore"/>, for tests and simulations.</summary>
/// <param name="jobs">Where the jobs of payments are.</param>
/// <param name="interceptor">Called around every write with the id of the payment; see <see cref="CommitInterceptor"/>.</param>
public sealed class MemoryBillStore(MemoryJobStore jobs, CommitInterceptor? interceptor = null) : IBillStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, BillRow> _bills = [];
    private readonly Dictionary<(Guid WalletId, string RequestId), Guid> _byRequest = [];

    /// <inheritdoc/>
    public Task<(BillRow Stored, bool IsNew)> CreateAsync(BillRow bill, NewJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bill);
        return CommitAsync(bill.PaymentId, () =>
        {
            if (_byRequest.TryGetValue((bill.WalletId, bill.RequestId), out var known))
            {
                return (_bills[known], false);
            }

            StoredForm.Check(bill);
            StoredForm.Check(job);
            var stored = bill.Stored();
            _bills.Add(stored.PaymentId, stored);
            _byRequest.Add((stored.WalletId, stored.RequestId), stored.PaymentId);
            jobs.Enqueue(job);
            return (stored, true);
        });
    }

    /// <inheritdoc/>
    public Task<bool> MoveAsync(BillMove move, NewJob? job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(move);
        return CommitAsync(move.PaymentId, () =>
        {
            if (!_bills.TryGetValue(move.PaymentId, out var known))
            {
                return false;
            }

            var isMoved = known.Revision == move.Revision;
            if (isMoved)
            {
                StoredForm.CheckMove(known.State, move.To);
                var next = known with
                {
                    State = move.To, Revision = move.Revision + 1, AwaitingSince = move.AwaitingSince, Content = move.Content, UpdatedAt = move.At,
                };
                StoredForm.Check(next);
                _bills[move.PaymentId] = next.Stored();
            }

            if (job is not null && _bills[move.PaymentId].State == move.To)
            {
                jobs.Enqueue(job);
            }

            return isMoved;
        });
    }

    /// <inheritdoc/>
    public Task<BillRow?> FindAsync(Guid paymentId, CancellationToken cancellationToken) =>
        ReadAsync(() => _bills.GetValueOrDefault(paymentId), cancellationToken);

    /// <inheritdoc/>
    public Task<BillRow?> FindByRequestAsync(Guid walletId, string requestId, CancellationToken cancellationToken) =>
        ReadAsync(() => _byRequest.TryGetValue((walletId, requestId), out var paymentId) ? _bills[paymentId] : null, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<BillRow>> ReadAsync(BillListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        AppendShape.CheckLimit(query.Limit);
        return ReadAsync<IReadOnlyList<BillRow>>(
            () => [.. _bills.Values
                .Where(bill => query.OwnerId is null || bill.OwnerId == query.OwnerId)
                .Where(bill => query.WalletId is null || bill.WalletId == query.WalletId)
                .Where(bill => query.States.Count == 0 || query.States.Contains(bill.State))
                .Where(bill => query.Before is not { } before || bill.PaymentId.CompareTo(before) < 0)
                .OrderByDescending(bill => bill.PaymentId)
                .Take(query.Limit)],
            cancellationToken);
    }

    private async Task<T> CommitAsync<T>(Guid paymentId, Func<T> commit)
    {
        await (interceptor?.Invoke(CommitPoint.Before, paymentId) ?? Task.CompletedTask);
        T result;
        lock (_lock)
        {
            result = commit();
        }

        await (interceptor?.Invoke(CommitPoint.After, paymentId) ?? Task.CompletedTask);
        return result;
    }

    private Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(read());
        }
    }
}
