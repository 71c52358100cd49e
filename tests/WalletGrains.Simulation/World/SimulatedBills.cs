using WalletGrains.Journal;
using WalletGrains.Journal.Bills;
using WalletGrains.Journal.Jobs;
using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.World;

/// <summary>The rows of bill payments, with faults around each write, and an auditor that is told of what was written.</summary>
internal sealed class SimulatedBills(CommitInterceptor interceptor, SimulatedJobs jobs, BillBooks books) : IBillStore
{
    private readonly MemoryBillStore _durable = new(jobs.Durable);

    public Task<(BillRow Stored, bool IsNew)> CreateAsync(BillRow bill, NewJob job, CancellationToken cancellationToken) => CommitAsync(
        () => _durable.CreateAsync(bill, job, cancellationToken),
        created =>
        {
            if (created.IsNew)
            {
                jobs.NoteEnqueued(job);
                books.NoteWritten(created.Stored);
            }
        });

    public Task<bool> MoveAsync(BillMove move, NewJob? job, CancellationToken cancellationToken) => CommitAsync(
        () => _durable.MoveAsync(move, job, cancellationToken),
        isMoved =>
        {
            var row = _durable.FindAsync(move.PaymentId, CancellationToken.None).Result!;
            if (job is not null && row.State == move.To)
            {
                jobs.NoteEnqueued(job);
            }

            if (isMoved)
            {
                books.NoteWritten(row);
            }
        });

    public Task<BillRow?> FindAsync(Guid paymentId, CancellationToken cancellationToken) => _durable.FindAsync(paymentId, cancellationToken);

    public Task<BillRow?> FindByRequestAsync(Guid walletId, string requestId, CancellationToken cancellationToken) =>
        _durable.FindByRequestAsync(walletId, requestId, cancellationToken);

    public Task<IReadOnlyList<BillRow>> ReadAsync(BillListQuery query, CancellationToken cancellationToken) => _durable.ReadAsync(query, cancellationToken);

    private async Task<T> CommitAsync<T>(Func<Task<T>> commit, Action<T> committed)
    {
        await interceptor(CommitPoint.Before, Guid.Empty);
        var result = await commit();
        committed(result);
        await interceptor(CommitPoint.After, Guid.Empty);
        return result;
    }
}
