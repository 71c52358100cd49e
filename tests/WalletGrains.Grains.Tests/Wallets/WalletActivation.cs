using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>An activation that the cluster does not know of: its turns, one at a time, are all it has of one.</summary>
internal sealed class WalletActivation(Guid walletId, IJournal journal)
{
    private readonly TaskScheduler _turns = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private readonly WalletPipeline _pipeline = new(
        walletId, journal, FraudGate.Open, new IdGenerator(TimeProvider.System), TimeProvider.System, new DeadlineClock(TimeProvider.System), NullLogger<WalletPipeline>.Instance);

    public Task<WalletOutcome> ExecuteAsync(WalletCommand command) =>
        Task.Factory.StartNew(() => _pipeline.ExecuteAsync(command), CancellationToken.None, TaskCreationOptions.None, _turns).Unwrap();
}
