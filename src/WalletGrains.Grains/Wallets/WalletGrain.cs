using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <summary>
/// A wallet's activation: the turns in which its <see cref="WalletPipeline"/> works. Reentrant, because callers wait for
/// their commits while further commands are decided. Placed at random: wallets that are opened in a quick row then spread over
/// the silos, which placement by load was seen not to do (10 times as much on one silo as on another).
/// </summary>
[Reentrant]
[RandomPlacement]
public sealed class WalletGrain : Grain, IWalletGrain
{
    private readonly WalletPipeline _pipeline;

    /// <summary>Made by the actor runtime.</summary>
    public WalletGrain(
        IGrainContext context, IJournal journal, FraudGate gate, IdGenerator ids, TimeProvider time, DeadlineClock deadlines, ILoggerFactory loggers) =>
        _pipeline = new WalletPipeline(context.GrainId.GetGuidKey(), journal, gate, ids, time, deadlines, loggers.CreateLogger<WalletPipeline>());

    /// <inheritdoc />
    public Task<Wallet> OpenAsync(OpenWallet command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return _pipeline.OpenAsync(command);
    }

    /// <inheritdoc />
    public Task<WalletOutcome> ExecuteAsync(WalletCommand command)
    {
        CommandShape.Check(command);
        return _pipeline.ExecuteAsync(command);
    }

    /// <inheritdoc />
    public Task<Wallet?> GetAsync() => _pipeline.GetAsync();

    /// <inheritdoc />
    public Task<WalletProfile?> GetProfileAsync() => _pipeline.GetProfileAsync();

    /// <inheritdoc />
    public Task<int> ExpireHoldsAsync() => _pipeline.ExpireHoldsAsync();
}
