using WalletGrains.Journal.Clocks;

namespace WalletGrains.Host.Database;

/// <summary>Compares the clocks once before requests are accepted, and then for as long as the host lives.</summary>
internal sealed class ClockComparing(ClockComparison comparison) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await comparison.CompareAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => comparison.RunAsync(stoppingToken);
}
