using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WalletGrains.Benchmarks.Load;
using WalletGrains.Benchmarks.Load.Measure;
using WalletGrains.Contracts;
using WalletGrains.Contracts.BalanceSync;

namespace WalletGrains.Benchmarks.BalanceSync;

/// <summary>
/// The verb <c>sweep</c>: what it costs the product itself to bring the balances of many users up to date, beside a core banking system
/// that answers at once and asks for no rate; and how long logins wait meanwhile.
/// </summary>
internal static class SweepCommand
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LoginPeriod = TimeSpan.FromMilliseconds(20);

    public static async Task<int> RunAsync(Arguments line)
    {
        var users = line.Number("users", 100_000, 1, 1_000_000);
        var concurrency = line.Number("concurrency", 64, 1, 200);
        line.EnsureAllUsed();

        await using var core = await StartCoreAsync();
        await using var host = await MeasuredHost.StartAsync(
            $"--T24_BASE_URL={core.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}",
            "--T24_API_KEY=none",
            $"--Jobs:Kinds:balance-sync:Concurrency={concurrency}",
            "--Jobs:Kinds:balance-sync:RatePerSecond=10000",
            "--Jobs:Kinds:balance-sync:Burst=10000");
        await FillAsync(host, users);
        var machine = await MachineFacts.ReadAsync(host.DataSource);
        var sync = host.Grains.GetGrain<IBalanceSyncGrain>(0);

        using var process = Process.GetCurrentProcess();
        GC.Collect();
        var before = Memory(process);
        var (most, watch, cpu) = (before, Stopwatch.StartNew(), process.TotalProcessorTime);
        using var swept = new CancellationTokenSource();
        await sync.StartAsync();
        var signingIn = SignInAsync(host, users, swept.Token);
        while ((await sync.GetStatusAsync()).Succeeded < users)
        {
            most = Math.Max(most, Memory(process));
            await Task.Delay(LookPeriod);
        }

        watch.Stop();
        await swept.CancelAsync();
        var logins = await signingIn;
        logins.Sort();
        Console.WriteLine($"commit {machine.Commit}, runtime {machine.Runtime}, {machine.Framework}, {machine.Cores} cores");
        Print($"{users:N0} users in {watch.Elapsed.TotalSeconds:F1} s, {concurrency} calls at a time: {users / watch.Elapsed.TotalSeconds:N0} a second");
        process.Refresh();
        Print($"CPU of this process, the core banking system and these logins included: {(process.TotalProcessorTime - cpu).TotalSeconds:F1} s");
        Print($"memory {before >> 20:N0} MB before, {most >> 20:N0} MB at most");
        Print($"{logins.Count} logins meanwhile: p50 {logins[logins.Count / 2]:F1} ms, p99 {logins[logins.Count * 99 / 100]:F1} ms, longest {logins[^1]:F1} ms");
        return 0;
    }

    /// <summary>Users all over the list sign in, one each time whether the one before has its balance or not, until the sweep is over.</summary>
    /// <returns>How long each waited for the balance, in milliseconds.</returns>
    private static async Task<List<double>> SignInAsync(MeasuredHost host, int users, CancellationToken swept)
    {
        var logins = new List<Task<double>>();
        using var timer = new PeriodicTimer(LoginPeriod);
        while (await timer.WaitForNextTickAsync(CancellationToken.None) && !swept.IsCancellationRequested)
        {
            logins.Add(ReadAsync((int)(logins.Count * 7_919L % users)));
        }

        return [.. await Task.WhenAll(logins)];

        async Task<double> ReadAsync(int user)
        {
            var startedAt = Stopwatch.GetTimestamp();
            await host.Grains.GetGrain<IMobileUserGrain>(UserId(user)).ReadBalanceAsync(Limits.FreshBalancePatience);
            return Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        }
    }

    private static async Task<WebApplication> StartCoreAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/holdings/accounts/{number}/balances", static (string number) => Results.Text(
            $$"""{"header":{"status":"success"},"body":[{"accountId":"{{number}}","currency":"MWK","availableBalance":100.50}]}""", "application/json"));
        await app.StartAsync();
        return app;
    }

    private static async Task FillAsync(MeasuredHost host, int users)
    {
        await using var command = host.DataSource.CreateCommand("""
            with made as (
                insert into fdh_mobile_users
                select ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'MOBILE_BANKING', 'user' || i, 'user' || i, 'Ada Banda', 'C' || i, 'A' || i, true, now(), now()
                from generate_series(0, $1 - 1) i
                returning mobile_user_id, account_number
            )
            insert into fdh_mobile_user_accounts (mobile_user_id, account_number, account_type, is_primary, is_active, created_at, updated_at)
            select mobile_user_id, account_number, 'SAVINGS', true, true, now(), now() from made
            """);
        command.CommandTimeout = 0;
        command.Parameters.Add(new() { Value = users });
        await command.ExecuteNonQueryAsync();
    }

    private static Guid UserId(int number) => Guid.Parse($"00000000-0000-7000-8000-{number:x12}");

    private static long Memory(Process process)
    {
        process.Refresh();
        return process.WorkingSet64;
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
