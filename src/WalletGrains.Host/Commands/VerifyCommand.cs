using System.Runtime.InteropServices;
using WalletGrains.Contracts.Verification;
using WalletGrains.Grains.Checkpoints;
using WalletGrains.Grains.Verification;
using WalletGrains.Host.Database;
using WalletGrains.Host.Startup;
using WalletGrains.Journal;

namespace WalletGrains.Host.Commands;

/// <summary>
/// <c>./run verify [wallet-id …] [--checkpoint file]</c>: verifies histories in the database of the host, whether a host runs on
/// it or not. One line for each broken wallet and one at the end.
/// </summary>
internal static class VerifyCommand
{
    /// <summary>The first argument that asks for it.</summary>
    public const string Name = "verify";

    private const int AllTrue = 0;
    private const int SomeBroken = 1;
    private const int NotVerified = 2;

    private const string Usage = "Usage: ./run verify [wallet-id ...] [--checkpoint file] [--public-key file] [--Setting=value ...]";

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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            // The settings and the folders of the host.
            await Console.Error.WriteLineAsync(e.Message);
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
        if (arguments.Checkpoint is { } checkpoint)
        {
            try
            {
                await CompareAsync(checkpoint, arguments, new CheckpointComparison(histories), tally, KeyOf(arguments, builder.Configuration, settings), cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException or StartupException)
            {
                // Whoever has taken a file or the key away has not taken away that the histories are verified.
                tally.AddUncompared();
                await Console.Error.WriteLineAsync(e.Message);
            }
        }

        if (arguments.WalletIds.Count == 0)
        {
            await verifier.VerifyAllAsync(tally.Add, cancellationToken);
        }

        foreach (var walletId in arguments.WalletIds)
        {
            tally.Add(await verifier.VerifyAsync(walletId, maxEntries: null, cancellationToken)
                ?? new WalletVerdict(walletId, 0, 0, "there is no such wallet"));
        }

        Console.WriteLine($"Verified {tally.Wallets} wallets with {tally.Entries} true entries: {tally.Verdict}");
        return tally.ExitCode;
    }

    /// <summary>The key to check a checkpoint with: the one that was named, or the one this host signs with.</summary>
    private static string KeyOf(VerifyArguments arguments, IConfiguration configuration, HostSettings settings) =>
        arguments.PublicKey is { } file ? File.ReadAllText(file)
        : SigningKeySetup.Find(configuration, settings.DataFolder)
        ?? throw new StartupException("There is no key to check the checkpoint with. Name the file of the public key: --public-key file");

    private static async Task CompareAsync(
        string file, VerifyArguments arguments, CheckpointComparison comparison, Tally tally, string key, CancellationToken cancellationToken)
    {
        if (!await CheckpointComparison.IsSignedAsync(file, key, cancellationToken))
        {
            tally.AddForgery(file);
            return;
        }

        var (takenAt, wallets) = await comparison.CompareAsync(file, arguments.WalletIds, tally.AddRewritten, cancellationToken);
        Console.WriteLine($"Compared {wallets} wallets with the checkpoint of {takenAt:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}");
    }

    private sealed class Tally
    {
        private readonly HashSet<Guid> _broken = [];
        private bool _isForged;
        private bool _isUncompared;

        public long Wallets { get; private set; }

        public long Entries { get; private set; }

        public int ExitCode => _broken.Count > 0 || _isForged ? SomeBroken : _isUncompared ? NotVerified : AllTrue;

        /// <summary>All that is wrong, in one line: it may be the only one that is read.</summary>
        public string Verdict
        {
            get
            {
                var faults = new List<string>();
                if (_isForged)
                {
                    faults.Add("the checkpoint is not what was signed");
                }

                if (_isUncompared)
                {
                    faults.Add("the checkpoint could not be compared");
                }

                if (_broken.Count > 0)
                {
                    faults.Add($"{_broken.Count} wallets are broken");
                }

                return faults.Count == 0 ? "all is as it was written" : string.Join(", and ", faults);
            }
        }

        public void Add(WalletVerdict verdict)
        {
            Wallets++;
            Entries += verdict.Entries;
            if (!verdict.IsValid)
            {
                AddRewritten(verdict);
            }
        }

        public void AddRewritten(WalletVerdict verdict)
        {
            _broken.Add(verdict.WalletId);
            Console.WriteLine($"Wallet {verdict.WalletId} is broken at version {verdict.FirstBrokenVersion}: {verdict.Reason}");
        }

        /// <summary>The checkpoint, or what belongs to it, could not be read, or there is no key to check it with.</summary>
        public void AddUncompared() => _isUncompared = true;

        public void AddForgery(string file)
        {
            _isForged = true;
            Console.WriteLine($"Checkpoint {file} is not what was signed");
        }
    }

    /// <summary>What the command was told.</summary>
    /// <param name="WalletIds">Only these wallets; empty for all.</param>
    /// <param name="Checkpoint">A checkpoint to compare with; null for none.</param>
    /// <param name="PublicKey">The file of the key to check it with; null for the key of the host.</param>
    /// <param name="Settings">Settings of the host.</param>
    private sealed record VerifyArguments(IReadOnlyList<Guid> WalletIds, string? Checkpoint, string? PublicKey, IReadOnlyList<string> Settings)
    {
        /// <exception cref="StartupException">An argument means nothing.</exception>
        public static VerifyArguments Read(string[] args)
        {
            var (wallets, settings) = (new List<Guid>(), new List<string>());
            string? checkpoint = null, publicKey = null;
            for (var i = 0; i < args.Length; i++)
            {
                switch (args[i])
                {
                    case "--checkpoint" when i + 1 < args.Length:
                        checkpoint = args[++i];
                        break;
                    case "--public-key" when i + 1 < args.Length:
                        publicKey = args[++i];
                        break;
                    case var text when Guid.TryParseExact(text, "D", out var walletId):
                        wallets.Add(walletId);
                        break;
                    case ['-', '-', ..] setting when setting.Contains('=', StringComparison.Ordinal):
                        settings.Add(setting);
                        break;
                    default:
                        throw new StartupException($"'{args[i]}' is neither a wallet id nor an option. {Usage}");
                }
            }

            return new VerifyArguments(wallets, checkpoint, publicKey, settings);
        }
    }
}
