using System.Collections.Concurrent;
using WalletGrains.Chaos.Checking;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Traffic;

/// <summary>A bank's day: wallets of its own, clients at work on them, and at the end the audit.</summary>
internal sealed class BankTraffic
{
    private const int WalletCount = 30;
    private const int Clients = 48;
    private const int ClosingAmountMinor = 1;
    private const int InsistAttempts = 30;
    private static readonly TimeSpan InsistPause = TimeSpan.FromMilliseconds(500);

    private readonly BankClient _bank;
    private readonly MixedWorkload _workload;
    private readonly ConcurrentQueue<Finding> _stuck = new();
    private readonly string _name;
    private int _closings;

    private BankTraffic(BankClient bank, IReadOnlyList<Guid> wallets, string name, int seed)
    {
        (_bank, Wallets, _name) = (bank, wallets, name);
        _workload = new MixedWorkload(bank, History, wallets, name, seed);
    }

    public IReadOnlyList<Guid> Wallets { get; }

    public History History { get; } = new();

    /// <summary>Opens the wallets, sets the clients to work and returns when every wallet has done something.</summary>
    /// <param name="bank">How to reach the hosts.</param>
    /// <param name="name">Part of every request id.</param>
    /// <param name="seed">Decides what the clients ask for.</param>
    /// <param name="cancellationToken">Ends the clients.</param>
    public static async Task<BankTraffic> StartAsync(BankClient bank, string name, int seed, CancellationToken cancellationToken)
    {
        await bank.SignInAsync(cancellationToken);
        var wallets = new List<Guid>();
        while (wallets.Count < WalletCount)
        {
            // Round and round the hosts: a wallet likes to live where it was opened.
            wallets.Add(await bank.OpenWalletAsync(cancellationToken, wallets.Count));
        }

        var traffic = new BankTraffic(bank, wallets, name, seed);
        var watch = traffic.Watch();
        traffic._workload.Start(Clients, cancellationToken);
        await watch.EveryWalletServedAsync(cancellationToken);
        return traffic;
    }

    /// <summary>Tells when every wallet has been served again after this moment.</summary>
    public ServiceWatch Watch() => History.Watch(Wallets);

    /// <summary>One deposit to each wallet through one host, by patient clients that ask nobody else and do not repeat.</summary>
    public Task DepositOnceAsync(BankClient patient, int host, CancellationToken cancellationToken)
    {
        var number = _closings++;
        return Task.WhenAll(Wallets.Select(wallet => MixedWorkload.SendAsync(patient, History, Closing(number, wallet), host, cancellationToken)));
    }

    /// <summary>Lets the clients finish.</summary>
    public Task StopAsync() => _workload.StopAsync();

    /// <summary>
    /// Finds out what became of everything, with all hosts back, and compares it with what the clients were told.
    /// </summary>
    /// <param name="connectionString">The database itself: the auditor reads it past the product.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Verdict> AuditAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var reader = new BooksReader(connectionString);
        // What was on its way to a wallet is decided before, or fenced by, an entry that comes after all of it.
        await CloseAsync(cancellationToken);
        var looked = await reader.ReadAsync(Wallets, cancellationToken);
        await ResolveAsync(looked, cancellationToken);
        await CloseAsync(cancellationToken);
        var books = await reader.ReadAsync(Wallets, cancellationToken);
        var shown = await ReadWalletsAsync(cancellationToken);
        var verdict = Checker.Check(new Evidence([.. History.Operations], [.. History.Reads], looked, books, shown));
        return verdict with { Findings = [.. _stuck, .. verdict.Findings] };
    }

    /// <summary>
    /// Unknown operations that are in the books are repeated: the answer must be the first one. Of those that are not, half
    /// are repeated and must happen now; the others must never appear.
    /// </summary>
    private async Task ResolveAsync(Books looked, CancellationToken cancellationToken)
    {
        var left = History.Operations.Where(record => record is { Definite: null, WasUnknown: true }).ToList();
        var repeated = left.Where((record, number) => looked.Knows(record.Operation) || number % 2 == 0);
        await Parallel.ForEachAsync(repeated, cancellationToken, async (record, token) => await InsistAsync(record.Operation, token));
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        var number = _closings++;
        await Task.WhenAll(Wallets.Select(wallet => InsistAsync(Closing(number, wallet), cancellationToken)));
    }

    private Operation Closing(int number, Guid wallet) =>
        new($"chaos-{_name}-closing-{number}", OperationKind.Deposit, wallet, ClosingAmountMinor);

    /// <summary>Repeats an operation until there is a definite answer; with all hosts there it has to come.</summary>
    private async Task InsistAsync(Operation operation, CancellationToken cancellationToken)
    {
        for (var host = 0; host < InsistAttempts; host++)
        {
            if ((await MixedWorkload.SendAsync(_bank, History, operation, host, cancellationToken)).IsDefinite)
            {
                return;
            }

            await Task.Delay(InsistPause, cancellationToken);
        }

        _stuck.Enqueue(new Finding(Fault.Stuck, $"{operation}: no definite answer in {InsistAttempts} attempts with all hosts there"));
    }

    private async Task<IReadOnlyList<BookHead>> ReadWalletsAsync(CancellationToken cancellationToken)
    {
        var heads = new List<BookHead>();
        foreach (var host in Enumerable.Range(0, _bank.Addresses.Count))
        {
            foreach (var wallet in Wallets)
            {
                var reply = await _bank.GetAsync($"/wallet/{wallet}", cancellationToken, host);
                if (reply is Reply.Ok { Json: var json })
                {
                    heads.Add(BookHead.Shown(wallet, json));
                }
                else
                {
                    _stuck.Enqueue(new Finding(Fault.Stuck, $"wallet {wallet} cannot be read with all hosts there: {reply}"));
                }
            }
        }

        return heads;
    }
}
