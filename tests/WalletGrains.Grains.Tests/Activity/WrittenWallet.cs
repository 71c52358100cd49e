using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Activity;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Activity;

/// <summary>What a relay would publish.</summary>
internal static class ReadBatches
{
    public static async Task<ActivityBatch> ReadBatchAsync(this MemoryJournal journal, ActivityQuery query) =>
        ActivityRows.ToBatch(query, await journal.ReadAsync(query, CancellationToken.None));
}

/// <summary>A wallet whose entries are written into a journal as the product writes them, without an actor.</summary>
internal sealed class WrittenWallet
{
    private readonly IJournal _journal;
    private readonly List<DateTimeOffset> _withdrawals = [];
    private WalletPosition _position;

    public WrittenWallet(IJournal journal, Guid? ownerId = null)
    {
        _journal = journal;
        var opened = WalletState.Opened(Guid.CreateVersion7(), new OpenWallet(Usd(0).Currency, ownerId), Now);
        _position = new WalletPosition(opened, 0, HashChain.Begin(opened), default);
        Assert.True(journal.OpenAsync(WalletRows.ToHead(_position)).Result);
    }

    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public Guid Id => _position.State.WalletId;

    public long Version => _position.State.Version;

    public Task DepositAsync(long amountMinor) => ExecuteAsync(new Deposit(NewRequest(), Usd(amountMinor)));

    /// <summary>Withdrawals that had two others less than a minute before them.</summary>
    public int Suspicions => _withdrawals.Where((at, i) => _withdrawals.Take(i).Count(before => at - before < TimeSpan.FromMinutes(1)) >= 2).Count();

    public Task WithdrawAsync(long amountMinor)
    {
        _withdrawals.Add(Now);
        return ExecuteAsync(new Withdraw(NewRequest(), Usd(amountMinor)));
    }

    /// <summary>A withdrawal whose bytes cannot be read.</summary>
    public Task WithdrawUnreadablyAsync(long amountMinor) => ExecuteAsync(new Withdraw(NewRequest(), Usd(amountMinor)), isReadable: false);

    /// <summary>A deposit whose bytes cannot be read.</summary>
    public Task DepositUnreadablyAsync(long amountMinor) => ExecuteAsync(new Deposit(NewRequest(), Usd(amountMinor)), isReadable: false);

    private async Task ExecuteAsync(WalletCommand command, bool isReadable = true)
    {
        var decision = WalletDecider.Decide(command, _position.State, Guid.CreateVersion7(), Now);
        Assert.NotNull(decision.Event);
        (var append, _position, _) = WalletAppends.Compose(command, Fingerprint.Of(command), decision, _position, FraudGate.Open, Now);
        var written = isReadable ? append : new WalletAppend(append.Head, append.PreviousHash, append.Entry! with { Content = "{"u8.ToArray() });
        Assert.Equal(AppendStatus.Applied, await _journal.AppendAsync(written));
    }
}
