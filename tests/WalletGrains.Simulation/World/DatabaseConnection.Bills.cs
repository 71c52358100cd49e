using WalletGrains.Journal.Bills;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Simulation.World;

/// <content>Payments of bills, in the same database.</content>
internal sealed partial class DatabaseConnection : IBillStore
{
    public Task<(BillRow Stored, bool IsNew)> CreateAsync(BillRow bill, NewJob job, CancellationToken cancellationToken) =>
        Write(() => database.Bills.CreateAsync(bill, job, cancellationToken));

    public Task<bool> MoveAsync(BillMove move, NewJob? job, CancellationToken cancellationToken) =>
        Write(() => database.Bills.MoveAsync(move, job, cancellationToken));

    Task<BillRow?> IBillStore.FindAsync(Guid paymentId, CancellationToken cancellationToken) =>
        Read(() => database.Bills.FindAsync(paymentId, cancellationToken));

    Task<BillRow?> IBillStore.FindByRequestAsync(Guid walletId, string requestId, CancellationToken cancellationToken) =>
        Read(() => database.Bills.FindByRequestAsync(walletId, requestId, cancellationToken));

    public Task<IReadOnlyList<BillRow>> ReadAsync(BillListQuery query, CancellationToken cancellationToken) =>
        Read(() => database.Bills.ReadAsync(query, cancellationToken));
}
