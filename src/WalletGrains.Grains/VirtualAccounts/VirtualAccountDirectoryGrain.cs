using Orleans.Concurrency;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>Finds virtual accounts. A stateless worker: every silo has its own, and calls do not wait for one another.</summary>
[StatelessWorker]
[Reentrant]
public sealed class VirtualAccountDirectoryGrain(IVirtualAccountStore accounts, IJobStore jobs) : Grain, IVirtualAccountDirectoryGrain
{
    /// <inheritdoc />
    public async Task<WalletVirtualAccount> FindOfWalletAsync(Guid walletId, Guid? ownerId)
    {
        if (await Outage.GuardAsync(() => accounts.FindOfWalletAsync(walletId, CancellationToken.None)) is { } row)
        {
            return new WalletVirtualAccount(VirtualAccountRows.ToAccount(row), IsPending: false);
        }

        // The job has its user's id. A dead letter is pending, too: an operator has to see to it.
        var job = ownerId is { } owner ? await Outage.GuardAsync(() => jobs.FindAsync(owner, CancellationToken.None)) : null;
        var isPending = job is { Kind: VirtualAccountCreation.JobKind, State: JobState.Queued or JobState.Running or JobState.Dead }
            && job.Key == walletId.ToString();
        return new WalletVirtualAccount(null, isPending);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<VirtualAccount>> ListOfWalletsAsync(IReadOnlyList<Guid> walletIds) =>
        (await Outage.GuardAsync(() => accounts.FindOfWalletsAsync(walletIds, CancellationToken.None))).Select(VirtualAccountRows.ToAccount).ToList();
}
