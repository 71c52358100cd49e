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
    public async Task Every_kind_of_jobs_has_a_reminder_of_a_minute_and_a_recurring_one_its_job()
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
        var work = host.Services.GetServices<IHostedService>().OfType<PeriodicWorkStart>().Single();
        await work.Started.WaitAsync(Signal.DefaultLimit, TestContext.Current.CancellationToken);

        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = dataSource.CreateCommand("select array_agg(reminder_name::text order by reminder_name) from OrleansRemindersTable where period = 60000");
        var names = (string[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        Assert.Superset(
            new HashSet<string> { "bulk-recovery", "checkpoint", "full-reconciliation", "hold-expiry", "job-purge", "reconciliation", "schedule", "schedule-recovery", "transfer-recovery" },
            names.ToHashSet(StringComparer.Ordinal));

        await using var jobs = dataSource.CreateCommand("select array_agg(kind::text order by kind) from jobs where key = 'recurring'");
        Assert.Equal(
            ["balance-sweep", "bulk-recovery", "checkpoint", "full-reconciliation", "hold-expiry", "job-purge", "reconciliation", "schedule-recovery", "transfer-recovery", "virtual-account-recovery"],
            (string[])(await jobs.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
    }

    [Theory]
    [InlineData("--Jobs:Kinds:schedule:Concurrency=0", "Jobs:Kinds:schedule:Concurrency is 0; it must be between 1 and 201.")]
    [InlineData("--Jobs:Kinds:shedule:Concurrency=1", "Jobs:Kinds:shedule names no kind of jobs")]
    [InlineData("--Jobs:KeepFinished=00:00:01", "Jobs:KeepFinished is")]
    public async Task A_wrong_setting_of_jobs_ends_the_start_with_its_name(string setting, string message)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var folder = TestFolders.Create("jobs");
        var error = await Assert.ThrowsAsync<StartupException>(() => WalletGrainsHost.StartAsync(
            [
                "--environment=Development",
                "--Urls=http://127.0.0.1:0",
                $"--ConnectionStrings:WalletGrains={database.ConnectionString}",
                $"--WALLETGRAINS_DATA={Path.Combine(folder.Path, "data")}",
                $"--WALLETGRAINS_LOGS={Path.Combine(folder.Path, "logs")}",
                "--Actors:Clustering=Localhost",
                "--Serilog:MinimumLevel:Default=Fatal",
                setting,
            ],
            TestContext.Current.CancellationToken));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
