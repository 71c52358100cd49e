using System.Diagnostics;
using WalletGrains.Chaos.Checking;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Traffic;

/// <summary>
/// Many clients, each with a host of its choice, that deposit, withdraw, overdraw, transfer round a ring of wallets and from
/// and to a hot one, hold money and end their holds, read, and repeat what they have done. A client without a definite answer
/// goes to the next host with the same request id; some give up, and what became of their operations is left to the books.
/// </summary>
internal sealed class MixedWorkload(BankClient bank, History history, IReadOnlyList<Guid> wallets, string name, int seed)
{
    /// <summary>A client that was refused at once would otherwise spin; a real one waits as well.</summary>
    private static readonly TimeSpan PauseBeforeRepeat = TimeSpan.FromMilliseconds(50);

    private volatile bool _stopped;
    private Task _clients = Task.CompletedTask;

    public void Start(int clients, CancellationToken cancellationToken) =>
        _clients = Task.WhenAll(Enumerable.Range(0, clients).Select(client => RunClientAsync(client, cancellationToken)));

    /// <summary>Lets the clients finish the request they are at.</summary>
    public Task StopAsync()
    {
        _stopped = true;
        return _clients;
    }

    /// <summary>Sends an operation once and records what came of it.</summary>
    public static async Task<Reply> SendAsync(BankClient bank, History history, Operation operation, int host, CancellationToken cancellationToken)
    {
        var invokedAt = Stopwatch.GetTimestamp();
        var reply = await bank.PostAsync(operation.Path, operation.Json, cancellationToken, host);
        history.Add(operation, new Attempt(invokedAt, Stopwatch.GetTimestamp(), reply));
        return reply;
    }

    private async Task RunClientAsync(int client, CancellationToken cancellationToken)
    {
        // Not on the caller's thread, which would otherwise make all first requests of all clients.
        await Task.Yield();
        var random = new Random(unchecked((seed * 1_000_003) + client));
        var mix = new OperationMix(wallets, $"{name}-{client}", random);
        var host = client;
        Operation? done = null;
        while (!_stopped)
        {
            switch (random.Next(20))
            {
                case 0 when done is not null:
                    await SendAsync(bank, history, done, host, cancellationToken);
                    break;
                case 1 or 2:
                    await ReadAsync(wallets[random.Next(wallets.Count)], host, cancellationToken);
                    break;
                default:
                    var operation = mix.Next();
                    (var reply, host) = await RunOperationAsync(operation, host, random, cancellationToken);
                    mix.Take(operation, reply);
                    done = reply.IsDefinite ? operation : done;
                    break;
            }
        }
    }

    private async Task<(Reply Last, int Host)> RunOperationAsync(Operation operation, int host, Random random, CancellationToken cancellationToken)
    {
        while (true)
        {
            var reply = await SendAsync(bank, history, operation, host, cancellationToken);
            if (reply.IsDefinite)
            {
                return (reply, host);
            }

            host++;
            if (_stopped || random.Next(4) == 0)
            {
                return (reply, host);
            }

            await Task.Delay(PauseBeforeRepeat, cancellationToken);
        }
    }

    private async Task ReadAsync(Guid wallet, int host, CancellationToken cancellationToken)
    {
        var invokedAt = Stopwatch.GetTimestamp();
        if (await bank.GetAsync($"/wallet/{wallet}", cancellationToken, host) is Reply.Ok ok)
        {
            var completedAt = Stopwatch.GetTimestamp();
            history.Add(new ReadRecord(invokedAt, completedAt, BookHead.Shown(wallet, ok.Json)));
        }
    }
}
