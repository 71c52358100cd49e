using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using WalletGrains.Host.Startup;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Host.Tests.Startup;

/// <summary>What reminders wake up has its reminders as soon as the product has been started once.</summary>
public sealed class PeriodicWorkTests
{
    [Fact]
    public async Task Every_periodic_work_has_a_reminder_of_a_minute()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var folder = TestFolders.Create("periodic");
        await using var host = await WalletGrainsHost.StartAsync(
            [
                "--environment=Development",
                "--Urls=http://127.0.0.1:0",
                $"--ConnectionStrings:WalletGrains={database.ConnectionString}",
                $"--WALLETGRAINS_DATA={Path.Combine(folder.Path, "data")}",
                $"--WALLETGRAINS_LOGS={Path.Combine(folder.Path, "logs")}",
                "--Actors:Clustering=Localhost",
                "--Serilog:MinimumLevel:Default=Warning",
            ],
            TestContext.Current.CancellationToken);
        var work = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().Single(service => service.GetType().Name == "PeriodicWorkStart");
        await work.ExecuteTask!.WaitAsync(Signal.DefaultLimit, TestContext.Current.CancellationToken);

        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = dataSource.CreateCommand("select array_agg(reminder_name::text order by reminder_name) from OrleansRemindersTable where period = 60000");
        var names = (string[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        Assert.Superset(
            new HashSet<string> { "bulk-recovery", "hold-expiry", "job-purge", "schedule-runner", "transfer-recovery" }, names.ToHashSet(StringComparer.Ordinal));

        await using var seldom = dataSource.CreateCommand("select string_agg(reminder_name || ' ' || period, ', ' order by reminder_name) from OrleansRemindersTable where period > 60000");
        Assert.Equal("checkpoint 3600000, reconciliation 300000", await seldom.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }
}
