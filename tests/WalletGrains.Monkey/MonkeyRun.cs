using System.Diagnostics;
using System.Globalization;
using WalletGrains.Chaos.Traffic;
using WalletGrains.Monkey.Checks;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Monkey;

/// <summary>A run: wallets of its own, traffic on them, and then the question whether everything is as it was acknowledged, through the HTTP
/// interface alone.</summary>
internal static class MonkeyRun
{
    /// <summary>Exit code: all is well.</summary>
    public const int Well = 0;

    /// <summary>Exit code: something is wrong.</summary>
    public const int Wrong = 1;

    /// <summary>Exit code: the run could not be made.</summary>
    public const int NotRun = 2;

    private const int WalletCount = 30;
    private const int MaxCheckConcurrency = 16;
    private const int ShownFindings = 20;
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan SessionPeriod = TimeSpan.FromMinutes(5);
    private static readonly string[] Areas = ["answers", "idempotency", BalanceCheck.Area, SagaCheck.Area, BillCheck.Area, BooksCheck.Area, StatisticsCheck.Area, FraudCheck.Area];

    /// <summary>Runs it and prints the verdict.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(MonkeyOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        using var bank = new BankClient(RequestTimeout, options.Address);
        if (await bank.TrySignInAsync(options.Password, cancellationToken) is not Reply.Ok and var refused)
        {
            await output.WriteLineAsync($"Cannot sign in at {options.Address}: {refused}");
            return NotRun;
        }

        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{options.Requests:N0} requests by {options.Concurrency} clients at {options.Address}, seed {options.Seed}"));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var session = StaySignedInAsync(bank, options.Password, ending.Token);
        try
        {
            return await RunAsync(bank, options, output, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await output.WriteLineAsync("Given up.");
            return NotRun;
        }
        finally
        {
            await ending.CancelAsync();
            await session;
        }
    }

    private static async Task<int> RunAsync(BankClient bank, MonkeyOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var wallets = new List<Guid>();
        while (wallets.Count < WalletCount)
        {
            wallets.Add(await bank.OpenWalletAsync(cancellationToken));
        }

        var bills = await Bills.FindAsync(bank, findings, cancellationToken);
        if (!bills.Any)
        {
            await output.WriteLineAsync("No bills are paid: the host has no billers that take NGN (./run --with-simulators gives it some).");
        }

        var progress = new ProgressBar(output, options.Requests, moves: ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected);
        var troop = new Troop(bank, wallets, bills, options, progress, findings);
        var startedAt = Stopwatch.GetTimestamp();
        var traffic = troop.RunAsync(cancellationToken);
        await StatisticsCheck.AskDuringAsync(traffic, bank, wallets, cancellationToken);
        await traffic;
        var elapsed = Stopwatch.GetElapsedTime(startedAt);

        var suspects = await Suspects.ActAsync(bank, findings, cancellationToken);
        await CheckAsync(bank, troop, wallets, suspects, Math.Min(options.Concurrency, MaxCheckConcurrency), findings, cancellationToken);
        Print(output, options, troop, elapsed, findings);
        return findings.All.Count == 0 ? Well : Wrong;
    }

    private static async Task CheckAsync(
        BankClient bank,
        Troop troop,
        List<Guid> wallets,
        IReadOnlyList<Guid> suspects,
        int concurrency,
        Findings findings,
        CancellationToken cancellationToken)
    {
        foreach (var record in troop.History.Operations.Where(record => record.Attempts.Where(attempt => attempt.Reply.IsDefinite).Select(Essence).Distinct().Count() > 1))
        {
            findings.Add("idempotency", $"answered in different ways: {record}");
        }

        foreach (var record in troop.History.Operations.Where(record => record.Attempts.Count(attempt => attempt.Reply is Reply.Ok { Replayed: false }) > 1))
        {
            findings.Add("idempotency", $"acknowledged as new more than once: {record}");
        }

        // What they end as is part of what the balances must be.
        await BillCheck.CheckAsync(bank, troop, concurrency, findings, cancellationToken);
        var limits = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(wallets.Concat(suspects), limits, async (walletId, token) =>
        {
            if (await WalletHistory.ReadAsync(bank, walletId, token) is not { } wallet)
            {
                findings.Add(BalanceCheck.Area, $"wallet {walletId} cannot be read");
                return;
            }

            if (!suspects.Contains(walletId))
            {
                BalanceCheck.Check(wallet, troop, findings);
            }

            await BooksCheck.CheckAsync(bank, walletId, findings, token);
            await StatisticsCheck.CheckAsync(bank, wallet, findings, token);
            await FraudCheck.CheckAsync(bank, wallet, findings, token);
        });
        await SagaCheck.CheckAsync(bank, troop, wallets, concurrency, findings, cancellationToken);
        await BooksCheck.CheckAsync(bank, findings, cancellationToken);
    }

    /// <summary>Byte for byte for what was accepted, by the code for what was refused.</summary>
    private static string Essence(Attempt attempt) => attempt.Reply is Reply.Ok ok ? ok.Body : ((Reply.Refused)attempt.Reply).Code;

    /// <summary>Access tokens live for a quarter of an hour, and a long run longer.</summary>
    private static async Task StaySignedInAsync(BankClient bank, string password, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(SessionPeriod, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            await bank.TrySignInAsync(password, CancellationToken.None);
        }
    }

    private static void Print(TextWriter output, MonkeyOptions options, Troop troop, TimeSpan elapsed, Findings findings)
    {
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{options.Requests:N0} requests in {elapsed.TotalSeconds:0.0} s, {options.Requests / elapsed.TotalSeconds:N0}/s; {troop.Repeats:N0} had to be repeated"));
        foreach (var (what, count) in troop.Counts.OrderBy(count => count.Key, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count,8:N0} {what}"));
        }

        output.WriteLine();
        foreach (var area in Areas)
        {
            var count = findings.Of(area);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {area,-12} {(count == 0 ? "well" : $"WRONG ({count})")}"));
        }

        foreach (var (area, what) in findings.All.Take(ShownFindings))
        {
            output.WriteLine($"  {area}: {what}");
        }

        output.WriteLine();
        output.WriteLine(findings.All.Count == 0
            ? "Verdict: everything is as it was acknowledged."
            : string.Create(CultureInfo.InvariantCulture, $"Verdict: {findings.All.Count} things are wrong."));
    }
}
