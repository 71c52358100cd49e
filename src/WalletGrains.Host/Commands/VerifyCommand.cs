using System.Runtime.InteropServices;
using WalletGrains.Contracts.Verification;
using WalletGrains.Grains.Verification;
using WalletGrains.Host.Database;
using WalletGrains.Host.Startup;
using WalletGrains.Journal;

namespace WalletGrains.Host.Commands;

/// <summary>
/// <c>./run verify [wallet-id …]</c>: verifies histories in the database of the host, whether a host runs on it or
/// not. One line for each broken wallet and one at the end.
/// </summary>
internal static class VerifyCommand
{
    /// <summary>The first argument that asks for it.</summary>
    public const string Name = "verify";

    private const int AllTrue = 0;
    private const int SomeBroken = 1;
    private const int NotVerified = 2;

    private const string Usage = "Usage: ./run verify [wallet-id ...] [--Setting=value ...]";

    /// <summary>Runs it.</summary>
    /// <returns>The exit code: 0 when all is true, 1 when something is broken, 2 when it could not be verified.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            // The embedded server may be ours to stop.
            signal.Cancel = true;
            stop.Cancel();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return await RunAsync(VerifyArguments.Read(args), stop.Token);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Given up.");
            return NotVerified;
        }
        catch (JournalUnavailableException e)
        {
            await Console.Error.WriteLineAsync($"The database cannot be read: {e.InnerException?.Message ?? e.Message}");
            return NotVerified;
        }
        catch (Exception e) when (HostProcess.Explain(e) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return NotVerified;
        }
    }

    private static async Task<int> RunAsync(VerifyArguments arguments, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [.. arguments.Settings], ContentRootPath = AppContext.BaseDirectory });
        var settings = HostSettings.Read(builder.Configuration, builder.Environment);
        await using var database = await CommandDatabase.OpenAsync(settings, cancellationToken);
        await using var histories = JournalServices.Histories(database.DataSource, new JournalOptions(), TimeProvider.System);
        var verifier = new HistoryVerifier(histories);

        var tally = new Tally();
        if (arguments.WalletIds.Count == 0)
        {
            await verifier.VerifyAllAsync(tally.Add, cancellationToken);
        }

        foreach (var walletId in arguments.WalletIds)
        {
            tally.Add(await verifier.VerifyAsync(walletId, maxEntries: null, cancellationToken)
                ?? new WalletVerdict(walletId, 0, 0, "there is no such wallet"));
        }

        Console.WriteLine($"Verified {tally.Wallets} wallets with {tally.Entries} true entries: {(tally.Broken == 0 ? "all is as it was written" : $"{tally.Broken} wallets are broken")}");
        return tally.Broken == 0 ? AllTrue : SomeBroken;
    }

    private sealed class Tally
    {
        public long Wallets { get; private set; }

        public long Entries { get; private set; }

        public long Broken { get; private set; }

        public void Add(WalletVerdict verdict)
        {
            Wallets++;
            Entries += verdict.Entries;
            if (!verdict.IsValid)
            {
                Broken++;
                Console.WriteLine($"Wallet {verdict.WalletId} is broken at version {verdict.FirstBrokenVersion}: {verdict.Reason}");
            }
        }
    }

    /// <summary>What the command was told.</summary>
    /// <param name="WalletIds">Only these wallets; empty for all.</param>
    /// <param name="Settings">Settings of the host.</param>
    private sealed record VerifyArguments(IReadOnlyList<Guid> WalletIds, IReadOnlyList<string> Settings)
    {
        /// <exception cref="StartupException">An argument means nothing.</exception>
        public static VerifyArguments Read(string[] args)
        {
            var (wallets, settings) = (new List<Guid>(), new List<string>());
            foreach (var argument in args)
            {
                if (Guid.TryParseExact(argument, "D", out var walletId))
                {
                    wallets.Add(walletId);
                }
                else if (argument.StartsWith("--", StringComparison.Ordinal) && argument.Contains('=', StringComparison.Ordinal))
                {
                    settings.Add(argument);
                }
                else
                {
                    throw new StartupException($"'{argument}' is neither a wallet id nor an option. {Usage}");
                }
            }

            return new VerifyArguments(wallets, settings);
        }
    }
}
