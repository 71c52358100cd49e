using System.Collections.Concurrent;
using System.Globalization;

namespace WalletGrains.Host.Tests.Processes;

/// <summary>One operation of the workload and everything its clients were told about it.</summary>
internal sealed record Operation(string RequestId, string Kind, Guid WalletId, Guid? ToWalletId, int AmountMinor)
{
    public string Path => $"/wallet/{WalletId}/{Kind}";

    public string Json
    {
        get
        {
            var amount = (AmountMinor / 100m).ToString(CultureInfo.InvariantCulture);
            return Kind == "transfer"
                ? $$"""{"toWalletId":"{{ToWalletId}}","amount":{{amount}},"requestId":"{{RequestId}}"}"""
                : $$"""{"amount":{{amount}},"requestId":"{{RequestId}}"}""";
        }
    }
}

/// <summary>
/// Many clients that deposit, withdraw and transfer between many wallets and one hot one, repeat some of their requests, and
/// repeat every request without a definite answer until it has one.
/// </summary>
internal sealed class MixedWorkload(BankClient bank, IReadOnlyList<Guid> wallets, Guid hotWallet, int operationCount, int seed)
{
    private readonly ConcurrentDictionary<Operation, ConcurrentBag<Reply>> _replies = new();
    private readonly ConcurrentDictionary<Reply.Unknown, int> _unknown = new();
    private readonly TaskCompletionSource _outageFelt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _sent;

    /// <summary>Every operation with the definite replies it got.</summary>
    public IReadOnlyDictionary<Operation, ConcurrentBag<Reply>> Replies => _replies;

    /// <summary>Every kind of answer that was not definite, and how often it came.</summary>
    public IReadOnlyDictionary<Reply.Unknown, int> Unknown => _unknown;

    /// <summary>Completes with the first answer that is not definite.</summary>
    public Task OutageFelt => _outageFelt.Task;

    /// <summary>Completes when half of the operations have been sent.</summary>
    public Task HalfSent => _half.Task;

    /// <summary>Runs the clients to their end.</summary>
    public Task RunAsync(int clients, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(client => RunClientAsync(client, cancellationToken)));

    private async Task RunClientAsync(int client, CancellationToken cancellationToken)
    {
        var random = new Random(HashCode.Combine(seed, client));
        Operation? previous = null;
        for (var number = Interlocked.Increment(ref _sent); number <= operationCount; number = Interlocked.Increment(ref _sent))
        {
            if (number == operationCount / 2)
            {
                _half.TrySetResult();
            }

            var repeat = previous is not null && random.Next(10) == 0;
            var operation = repeat ? previous! : Next(random, client, number);
            await RunOperationAsync(operation, cancellationToken);
            previous = operation;
        }
    }

    private async Task RunOperationAsync(Operation operation, CancellationToken cancellationToken)
    {
        while (true)
        {
            var reply = await bank.PostAsync(operation.Path, operation.Json, cancellationToken);
            if (reply is not Reply.Unknown unknown)
            {
                _replies.GetOrAdd(operation, _ => []).Add(reply);
                return;
            }

            _unknown.AddOrUpdate(unknown, 1, static (_, count) => count + 1);
            _outageFelt.TrySetResult();

            // A client that is refused at once would otherwise spin; a real one waits as well.
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    private Operation Next(Random random, int client, int number)
    {
        var wallet = random.Next(4) == 0 ? hotWallet : wallets[random.Next(wallets.Count)];
        var other = wallets[random.Next(wallets.Count)];
        var kind = random.Next(10) switch
        {
            < 5 => "deposit",
            < 7 => "withdraw",
            _ => "transfer",
        };
        if (kind == "transfer" && other == wallet)
        {
            kind = "deposit";
        }

        return new Operation($"{client}-{number}", kind, wallet, kind == "transfer" ? other : null, random.Next(1, 50_000));
    }
}
