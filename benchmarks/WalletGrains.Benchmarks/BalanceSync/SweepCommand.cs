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
    /// <summary>The end is noticed so late at most.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LoginPeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>Several times what a million users take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public static async Task<int> RunAsync(Arguments line)
    {
        var users = line.Number("users", 100_000, 1_000, 1_000_000);
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

        using var process = Process.GetCurrentProcess();
        GC.Collect();
        var before = Memory(process);
        var (most, cpu, startedAt) = (before, process.TotalProcessorTime, Stopwatch.GetTimestamp());
        using var swept = new CancellationTokenSource();
        await host.Grains.GetGrain<IBalanceSyncGrain>(0).StartAsync();
        var signingIn = SignInAsync(host, users, swept.Token);
        var missing = UserId(0);
        while (await FindMissingAsync(host, missing) is { } next)
        {
            missing = next;
            most = Math.Max(most, Memory(process));
            if (Stopwatch.GetElapsedTime(startedAt) > Patience)
            {
                throw new TimeoutException($"The balance of user {missing} is still missing after {Patience}.");
            }

            await Task.Delay(LookPeriod);
        }

        var endedAt = Stopwatch.GetTimestamp();
        process.Refresh();
        cpu = process.TotalProcessorTime - cpu;
        await swept.CancelAsync();
        var logins = (await signingIn).Where(login => login.BegunAt < endedAt).OrderBy(login => login.Milliseconds).ToList();
        var stale = logins.Count(login => !login.IsFresh);
        var seconds = Stopwatch.GetElapsedTime(startedAt, endedAt).TotalSeconds;
        Console.WriteLine($"commit {machine.Commit}, runtime {machine.Runtime}, {machine.Framework}, {machine.Cores} cores");
        Print($"{users:N0} users in {seconds:F1} s, {concurrency} calls at a time: {users / seconds:N0} a second");
        Print($"CPU of this process, the core banking system and these logins included: {cpu.TotalSeconds:F1} s");
        Print($"memory {before >> 20:N0} MB before, {most >> 20:N0} MB at most");
        Print($"{logins.Count} logins meanwhile: p50 {logins[logins.Count / 2].Milliseconds:F1} ms, p99 {logins[logins.Count * 99 / 100].Milliseconds:F1} ms, longest {logins[^1].Milliseconds:F1} ms; {stale} without a fresh balance");
        return stale > 0 ? 1 : 0;
    }

    /// <summary>Users all over the list sign in, one each time whether the one before has its balance or not, until the sweep is over.</summary>
    private static async Task<Login[]> SignInAsync(MeasuredHost host, int users, CancellationToken swept)
    {
        var logins = new List<Task<Login>>();
        using var timer = new PeriodicTimer(LoginPeriod);
        while (await timer.WaitForNextTickAsync(CancellationToken.None) && !swept.IsCancellationRequested)
        {
            logins.Add(ReadAsync((int)(logins.Count * 7_919L % users)));
        }

        return await Task.WhenAll(logins);

        async Task<Login> ReadAsync(int user)
        {
            var (begunAt, isFresh) = (Stopwatch.GetTimestamp(), false);
            try
            {
                isFresh = await host.Grains.GetGrain<IMobileUserGrain>(UserId(user)).ReadBalanceAsync(Limits.FreshBalancePatience) is { IsFresh: true };
            }
            catch (UnavailableException)
            {
                // Counted like an old balance.
            }

            return new Login(begunAt, Stopwatch.GetElapsedTime(begunAt).TotalMilliseconds, isFresh);
        }
    }

    /// <summary>The first user from this one on who has no balance yet. From the rows, and from where the last look ended: what operators are shown is some
    /// seconds old, and a count of all rows each time would be a load of its own.</summary>
    private static async Task<Guid?> FindMissingAsync(MeasuredHost host, Guid from)
    {
        await using var command = host.DataSource.CreateCommand(
            "select mobile_user_id from fdh_mobile_user_accounts where mobile_user_id >= $1 and last_synced_at is null order by mobile_user_id, account_number limit 1");
        command.Parameters.Add(new() { Value = from });
        return (Guid?)await command.ExecuteScalarAsync();
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

    /// <param name="BegunAt">By the stopwatch.</param>
    /// <param name="Milliseconds">How long it waited for the balance.</param>
    /// <param name="IsFresh">It got one that was asked for on its behalf.</param>
    private readonly record struct Login(long BegunAt, double Milliseconds, bool IsFresh);
}
