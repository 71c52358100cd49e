using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Benchmarks.Load.Targets;

/// <summary>Calls the grains of the host in this process.</summary>
internal sealed class GrainTarget(MeasuredHost host, Guid[] wallets) : ILoadTarget
{
    private const int OpeningConcurrency = 64;

    private static readonly Currency Usd = Currency.Parse("USD");
    private static readonly Money Amount = new(Workload.AmountMinor, Usd);

    public string Name => LoadOptions.Grains;

    public Task OpenWalletsAsync(Workload workload) => OpenAsync(host.Grains, wallets, workload.OpeningMinor);

    /// <summary>Opens wallets, and funds them if there is something to fund them with.</summary>
    public static Task OpenAsync(IGrainFactory grains, Guid[] wallets, long fundingMinor) => Parallel.ForEachAsync(
        wallets,
        new ParallelOptions { MaxDegreeOfParallelism = OpeningConcurrency },
        async (wallet, _) =>
        {
            var grain = grains.GetGrain<IWalletGrain>(wallet);
            await grain.OpenAsync(new OpenWallet(Usd, null));
            if (fundingMinor > 0)
            {
                var outcome = await grain.ExecuteAsync(new Deposit(RequestId.FromClient("funding"), new Money(fundingMinor, Usd)));
                if (outcome is not WalletOutcome.Accepted)
                {
                    throw new InvalidOperationException($"A wallet could not be funded: {outcome}.");
                }
            }
        });

    public ValueTask<string?> ExecuteAsync(Operation operation) =>
        operation.Receiver is { } receiver ? TransferAsync(operation, receiver) : DepositAsync(operation);

    public Task<(long[] Heads, long[] Entries)> ReadBalancesAsync() => WalletBalances.ReadAsync(host.DataSource, "public", wallets);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<string?> DepositAsync(Operation operation)
    {
        var outcome = await host.Grains.GetGrain<IWalletGrain>(wallets[operation.Wallet])
            .ExecuteAsync(new Deposit(RequestId.FromClient(operation.RequestId), Amount));
        return outcome is WalletOutcome.Accepted { Replayed: false } ? null : outcome.ToString();
    }

    private async ValueTask<string?> TransferAsync(Operation operation, int receiver)
    {
        var outcome = await host.Grains.GetGrain<ITransferGrain>(0).TransferAsync(new StartTransfer(
            RequestId.FromClient(operation.RequestId), wallets[operation.Wallet], wallets[receiver], Amount));
        return outcome is TransferOutcome.Completed { Replayed: false } ? null : outcome.ToString();
    }
}
