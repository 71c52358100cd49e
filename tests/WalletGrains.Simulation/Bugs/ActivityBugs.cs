using WalletGrains.Journal.Activity;

namespace WalletGrains.Simulation.Bugs;

/// <summary>A page of the log ends behind an entry that it does not show, as where the horizon of what is decided is not looked at: whoever follows passes over it.</summary>
internal sealed class EntryPassedOver : PlantedBug
{
    public override IActivityLog TamperLog(IActivityLog durable) => new Tampered(durable);

    private sealed class Tampered(IActivityLog durable) : IActivityLog
    {
        public Task<long> FindEndAsync(CancellationToken cancellationToken) => durable.FindEndAsync(cancellationToken);

        public async Task<ActivityPage> ReadAsync(ActivityQuery query, CancellationToken cancellationToken)
        {
            var page = await durable.ReadAsync(query, cancellationToken);
            return page with { Entries = [.. page.Entries.SkipLast(1)] };
        }
    }
}
