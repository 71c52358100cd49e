using Orleans.InProcess.Simulation;
using WalletGrains.Journal;

namespace WalletGrains.Simulation.Bugs;

/// <summary>A silo confirms what it shows by a head that it has read itself some time ago, as if nobody else could ever write.</summary>
internal sealed class StaleReads : PlantedBug
{
    public override IJournal TamperSilo(IJournal connection, SimulatedProcess silo) => new Remembering(connection);

    private sealed class Remembering(IJournal connection) : JournalDecorator(connection)
    {
        private readonly Dictionary<Guid, WalletHead> _heads = [];

        public override async Task<LoadedWallet?> LoadAsync(Guid walletId, IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken)
        {
            var loaded = await Inner.LoadAsync(walletId, requestIds, cancellationToken);
            if (loaded is not null)
            {
                _heads[walletId] = loaded.Head;
            }

            return loaded;
        }

        public override async Task<WalletHead?> FindHeadAsync(Guid walletId, CancellationToken cancellationToken) =>
            _heads.GetValueOrDefault(walletId) ?? await Inner.FindHeadAsync(walletId, cancellationToken);
    }
}
