using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.World;

/// <summary>The rows of mobile users, with faults around each write, and an auditor that is told of what was written of balances.</summary>
internal sealed class SimulatedBalances(CommitInterceptor interceptor, SimulatedJobs jobs, MemoryJournal wallets, MemoryActivityPositions positions, BalanceBooks books)
{
    private readonly MemoryMobileUserStore _durable = new(wallets, positions, jobs.Durable);

    /// <summary>What is durable, for reads.</summary>
    public IMobileUserStore Durable => _durable;

    /// <summary>Writes a user without faults.</summary>
    public void CreateDurably(MobileUserRow user, MobileAccountRow account) => _durable.CreateAsync(user, account, CancellationToken.None).Wait();

    /// <summary>An account as it is.</summary>
    public MobileAccountRow Find(AccountKey account) =>
        _durable.FindAsync(account.MobileUserId, CancellationToken.None).Result!.Accounts.Single(row => row.AccountNumber == account.AccountNumber);

    /// <summary>Writes what was told of an account.</summary>
    public Task<bool> RecordAsync(AccountKey account, Func<IMobileUserStore, Task> record) => CommitAsync(async () =>
    {
        var before = Find(account);
        await record(_durable);
        books.NoteStored(before, Find(account));
        return true;
    });

    /// <summary>Writes something else.</summary>
    public async Task<T> CommitAsync<T>(Func<Task<T>> commit)
    {
        await interceptor(CommitPoint.Before, Guid.Empty);
        var result = await commit();
        await interceptor(CommitPoint.After, Guid.Empty);
        return result;
    }
}
