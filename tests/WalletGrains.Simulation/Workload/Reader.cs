using Orleans.InProcess.Simulation;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.Workload;

/// <summary>Reads one thing or another, and has the auditor look at it.</summary>
internal sealed class Reader(SimulatedWorld world, Auditor auditor, Accounts accounts, Random random)
{
    private const int PageSize = 10;

    /// <summary>Reads something; a wallet in most cases.</summary>
    public Task ReadAsync(IGrainFactory grains) => random.Next(10) switch
    {
        0 => ReadHistoryAsync(grains, accounts.Ring[random.Next(accounts.Ring.Count)]),
        1 when auditor.Holds.Count > 0 => ReadHoldAsync(grains),
        2 when auditor.Transfers.Any() => ReadTransferAsync(grains),
        _ => ReadWalletAsync(grains, accounts.Any()),
    };

    /// <summary>Reads a wallet.</summary>
    public async Task ReadWalletAsync(IGrainFactory grains, Guid wallet)
    {
        var sentAt = world.Now;
        auditor.NoteRead(wallet, sentAt, await grains.GetGrain<IWalletGrain>(wallet).GetAsync());
    }

    private async Task ReadHistoryAsync(IGrainFactory grains, Guid wallet)
    {
        var sentAt = world.Now;
        var page = await grains.GetGrain<IWalletQueryGrain>(0).GetHistoryAsync(new HistoryQuery(wallet, BeforeVersion: null, PageSize));
        auditor.NoteHistory(wallet, sentAt, page, PageSize);
    }

    private async Task ReadHoldAsync(IGrainFactory grains)
    {
        var (wallet, holdId) = auditor.Holds[random.Next(auditor.Holds.Count)];
        auditor.NoteHold(wallet, holdId, await grains.GetGrain<IWalletQueryGrain>(0).FindHoldAsync(holdId));
    }

    private async Task ReadTransferAsync(IGrainFactory grains)
    {
        var transfers = auditor.Transfers.ToList();
        var transfer = transfers[random.Next(transfers.Count)];
        var wasFinal = transfer.IsFinal;
        auditor.NoteTransfer(transfer.TransferId, wasFinal, await grains.GetGrain<ITransferGrain>(0).FindAsync(transfer.TransferId));
    }
}
