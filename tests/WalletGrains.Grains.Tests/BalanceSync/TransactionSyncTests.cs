using System.Collections.Concurrent;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Testing;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.BalanceSync;

/// <summary>What a transaction in a wallet means for the balances of its owner, on either runtime.</summary>
[Collection<MemoryClusterTests>]
public sealed class TransactionSyncTests(MemoryCluster cluster) : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _asked = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        cluster.Core.Answer = account =>
        {
            _asked.Enqueue(account);
            Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            return Task.FromResult<CoreAnswer>(new CoreAnswer.Balance(_asked.Count, "MWK"));
        };
        await cluster.Client.GetGrain<IJobGrain>("balance-sync").StartAsync();
        await cluster.MobileUsers.SetRunningAsync(false, Cancelled);
        for (var partition = 0; partition < new ActivityOptions().Partitions; partition++)
        {
            await cluster.Client.GetGrain<IJournalRelayGrain>(partition).StartAsync();
        }
    }

    public async ValueTask DisposeAsync() => await cluster.MobileUsers.SetRunningAsync(true, Cancelled);

    [Fact]
    public async Task A_transaction_has_the_balances_of_the_wallets_owner_asked_for_and_of_nobody_else()
    {
        var (user, account) = await CreateAsync();
        var (_, others) = await CreateAsync();
        var (walletId, plain) = (await OpenAsync(user), await cluster.OpenAsync(100));
        await cluster.ExecuteAsync(plain, new Deposit(NewRequest(), Usd(1)));
        await cluster.ExecuteAsync(walletId, new Deposit(NewRequest(), Usd(100)));
        await AwaitAsync(() => _asked.Contains(account));

        // The account is known by now; and what is no transaction asks for nothing.
        var before = _asked.Count(asked => asked == account);
        await cluster.ExecuteAsync(walletId, new Withdraw(NewRequest(), Usd(10)));
        await AwaitAsync(() => _asked.Count(asked => asked == account) > before);
        Assert.DoesNotContain(others, _asked);
    }

    [Fact]
    public async Task A_user_is_queued_once_for_all_that_happens_while_its_turn_has_not_come()
    {
        var (user, account) = await CreateAsync();
        var (busy, busyAccount) = await CreateAsync();
        var (walletId, busyWallet) = (await OpenAsync(user), await OpenAsync(busy));
        var (isAsked, goOn) = (new Signal("the core banking system is asked"), new TaskCompletionSource());
        var answer = cluster.Core.Answer;
        cluster.Core.Answer = async asked =>
        {
            isAsked.Raise();
            await goOn.Task;
            return await answer(asked);
        };
        await cluster.ExecuteAsync(busyWallet, new Deposit(NewRequest(), Usd(1)));
        await isAsked.WaitAsync(cancellationToken: Cancelled);

        for (var i = 0; i < 20; i++)
        {
            await cluster.ExecuteAsync(walletId, new Deposit(NewRequest(), Usd(1)));
        }

        await cluster.WrittenAsync(async () => await cluster.JobStore.CountAsync("balance-sync", 100, Cancelled) is { Normal: 1 } counts ? (object)counts : null);
        goOn.SetResult();
        await AwaitAsync(() => _asked.Contains(account));
        await AwaitJobsAsync(async () => await cluster.JobStore.CountAsync("balance-sync", 100, Cancelled) == default);
        Assert.InRange(_asked.Count(asked => asked == account), 1, 2);
        Assert.Single(_asked, asked => asked == busyAccount);
    }

    private static async Task WaitAsync(Task next) => await next.WaitAsync(Signal.DefaultLimit, Cancelled);

    private async Task<(Guid UserId, string Account)> CreateAsync()
    {
        var (user, now) = (Guid.CreateVersion7(), DateTimeOffset.UtcNow);
        var account = $"{user:N}"[..20];
        await cluster.MobileUsers.CreateAsync(
            new MobileUserRow(user, MobileUserRow.MobileBanking, $"{user}", $"{user}", "Ada Banda", "C-1", account, true, now, now),
            MobileUserRecords.ToAccount(user, account, "SAVINGS", true, now),
            Cancelled);
        return (user, account);
    }

    private async Task<Guid> OpenAsync(Guid ownerId)
    {
        var walletId = Guid.CreateVersion7();
        await cluster.Wallet(walletId).OpenAsync(new OpenWallet(Currency.Parse("USD"), ownerId));
        return walletId;
    }

    private async Task AwaitAsync(Func<bool> condition)
    {
        for (var next = Volatile.Read(ref _next); !condition(); next = Volatile.Read(ref _next))
        {
            await WaitAsync(next.Task);
        }
    }

    /// <summary>Looks again after every write of a job.</summary>
    private async Task AwaitJobsAsync(Func<Task<bool>> condition)
    {
        while (true)
        {
            var changed = cluster.JobWritten;
            if (await condition())
            {
                return;
            }

            await WaitAsync(changed);
        }
    }
}
