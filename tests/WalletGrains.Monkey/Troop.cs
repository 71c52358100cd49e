using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Monkey;

/// <summary>
/// Clients that do everything at once: the mix of ./chaos on a ring of wallets and a hot one, bulk transfers, funding, bills, new wallets, repeats of
/// what was done, other requests under used ids, and the same request several times at the same moment. A request without a definite answer is
/// repeated under its id until there is one.
/// </summary>
internal sealed class Troop(BankClient bank, IReadOnlyList<Guid> wallets, Bills bills, MonkeyOptions options, ProgressBar progress, Findings findings)
{
    private const string Area = "idempotency";
    private const int AtOnce = 3;
    private const int MaxAttempts = 200;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);

    private readonly string _name = options.Seed.ToString("x8", CultureInfo.InvariantCulture) + "-" + Guid.NewGuid().ToString("N")[..8];
    private int _sent;
    private int _repeats;

    /// <summary>What was asked of single wallets, and answered.</summary>
    public History History { get; } = new();

    /// <summary>What bulk transfers, funding and bills have moved: wallet and change of the balance.</summary>
    public ConcurrentQueue<(Guid WalletId, long AmountMinor)> Moved { get; } = new();

    /// <summary>The transfers of bulks that were acknowledged.</summary>
    public ConcurrentQueue<Guid> BulkTransfers { get; } = new();

    /// <summary>The bills that were acknowledged.</summary>
    public ConcurrentQueue<AcknowledgedBill> AcknowledgedBills { get; } = new();

    /// <summary>Requests by what they were.</summary>
    public ConcurrentDictionary<string, int> Counts { get; } = new();

    /// <summary>Requests that had to be repeated because the host was busy or did not answer.</summary>
    public int Repeats => _repeats;

    /// <summary>Sends all requests.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, options.Concurrency).Select(client => RunClientAsync(client, cancellationToken)));

    private async Task RunClientAsync(int client, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var random = new Random(unchecked((options.Seed * 1_000_003) + client));
        var mix = new OperationMix(wallets, $"{_name}-{client}", random);
        Operation? done = null;
        for (var number = 0; Interlocked.Increment(ref _sent) <= options.Requests; number++, progress.Step())
        {
            var id = $"monkey-{_name}-{client}-{number}";
            switch (random.Next(50))
            {
                case < 3 when done is not null:
                    Count("repeats");
                    await SendAsync(done, cancellationToken);
                    break;
                case < 5 when done is { HoldId: null }:
                    Count("other requests under a used id");
                    await ReuseAsync(done, cancellationToken);
                    break;
                case < 7:
                    Count("the same at once");
                    done = await SendAtOnceAsync(mix.Next(), mix, cancellationToken);
                    break;
                case < 10:
                    Count("bulk transfers");
                    await BulkAsync(id, random, cancellationToken);
                    break;
                case < 12:
                    Count("funding");
                    await FundAsync(id, wallets[random.Next(wallets.Count)], random.Next(1, 50_000), cancellationToken);
                    break;
                case < 13:
                    Count("new wallets");
                    await InsistAsync("/wallets", """{"currency":"NGN"}""", cancellationToken);
                    break;
                case < 18:
                    Count("reads");
                    await ReadAsync(wallets[random.Next(wallets.Count)], cancellationToken);
                    break;
                case < 20 when bills.Any:
                    Count("bills");
                    await PayBillAsync(id, wallets[random.Next(wallets.Count)], random, cancellationToken);
                    break;
                default:
                    done = mix.Next();
                    Count(done.Kind.ToString().ToLowerInvariant() + "s");
                    mix.Take(done, await SendAsync(done, cancellationToken));
                    break;
            }
        }
    }

    private void Count(string what) => Counts.AddOrUpdate(what, 1, static (_, count) => count + 1);

    /// <summary>Sends an operation until there is a definite answer, and remembers all answers.</summary>
    private async Task<Reply> SendAsync(Operation operation, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var reply = await MixedWorkload.SendAsync(bank, History, operation, host: 0, cancellationToken);
            if (reply.IsDefinite || !await MayRepeatAsync(attempt, operation.ToString(), reply, cancellationToken))
            {
                return reply;
            }
        }
    }

    private async Task<Operation> SendAtOnceAsync(Operation operation, OperationMix mix, CancellationToken cancellationToken)
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => SendAsync(operation, cancellationToken)));
        mix.Take(operation, replies[0]);
        return operation;
    }

    /// <summary>The id of something else that was decided: refused, whatever it asks for now.</summary>
    private async Task ReuseAsync(Operation done, CancellationToken cancellationToken)
    {
        var reply = await InsistAsync(done.Path, (done with { AmountMinor = done.AmountMinor + 1 }).Json, cancellationToken);
        if (reply is not Reply.Refused { Code: "REQUEST_ID_REUSED" })
        {
            findings.Add(Area, $"{done}: asked with another amount it was not REQUEST_ID_REUSED but {reply}");
        }
    }

    private async Task BulkAsync(string id, Random random, CancellationToken cancellationToken)
    {
        var legs = Enumerable.Range(0, random.Next(2, 6))
            .Select(_ => (From: random.Next(1, wallets.Count), Step: random.Next(1, wallets.Count - 1), Amount: random.Next(1, 5_000)))
            .Select(leg => (From: wallets[leg.From], To: wallets[1 + ((leg.From - 1 + leg.Step) % (wallets.Count - 1))], leg.Amount))
            .ToList();
        var json = JsonSerializer.Serialize(new
        {
            legs = legs.Select(leg => new { senderWalletId = leg.From, receiverWalletId = leg.To, amount = leg.Amount / 100m }),
            requestId = id,
        });
        var reply = await InsistAsync("/wallets/bulk", json, cancellationToken);
        if (reply is not Reply.Ok ok)
        {
            return;
        }

        foreach (var ((from, to, amount), leg) in legs.Zip(ok.Json.GetProperty("legs").EnumerateArray()))
        {
            Moved.Enqueue((from, -amount));
            Moved.Enqueue((to, amount));
            BulkTransfers.Enqueue(leg.GetProperty("transferId").GetGuid());
        }

        if (random.Next(4) == 0 && await InsistAsync("/wallets/bulk", json, cancellationToken) is var again && (again as Reply.Ok)?.Body != ok.Body)
        {
            findings.Add(Area, $"bulk {id}: answered {ok} at first and then {again}");
        }
    }

    private async Task FundAsync(string id, Guid walletId, int amountMinor, CancellationToken cancellationToken)
    {
        var json = string.Create(CultureInfo.InvariantCulture, $$"""{"wallet_id":"{{walletId}}","amount":{{amountMinor / 100m}},"idempotencyKey":"{{id}}"}""");
        var reply = await InsistAsync("/wallets/fund", json, cancellationToken);

        // A repeat of one that got no answer is refused when the first one had happened.
        if (reply is not (Reply.Ok or Reply.Refused { Code: "DUPLICATE_IDEMPOTENCY_KEY" }))
        {
            findings.Add(Area, $"funding {id}: {reply}");
            return;
        }

        Moved.Enqueue((walletId, amountMinor));
        if (await InsistAsync("/wallets/fund", json, cancellationToken) is not Reply.Refused { Code: "DUPLICATE_IDEMPOTENCY_KEY" } and var again)
        {
            findings.Add(Area, $"funding {id}: its repeat was {again}");
        }
    }

    /// <summary>What is acknowledged comes to its end later; a repeat is answered as at the first time, however far it has come.</summary>
    private async Task PayBillAsync(string id, Guid walletId, Random random, CancellationToken cancellationToken)
    {
        var (json, amountMinor) = bills.Next(id, walletId, random);
        if (await InsistAsync("/bills/pay", json, cancellationToken) is not Reply.Ok ok)
        {
            return;
        }

        AcknowledgedBills.Enqueue(new AcknowledgedBill(ok.Json.GetProperty("paymentId").GetGuid(), walletId, amountMinor));
        if (random.Next(4) == 0 && await InsistAsync("/bills/pay", json, cancellationToken) is var again && (again as Reply.Ok)?.Body != ok.Body)
        {
            findings.Add(Area, $"bill {id}: answered {ok} at first and then {again}");
        }
    }

    private async Task ReadAsync(Guid walletId, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var reply = await bank.GetAsync($"/wallet/{walletId}", cancellationToken);
            if (reply is Reply.Ok ok)
            {
                var (balance, held, available) = (ok.Json.GetProperty("balance").GetDecimal(), ok.Json.GetProperty("held").GetDecimal(), ok.Json.GetProperty("available").GetDecimal());
                if (held < 0 || balance < held || available != balance - held)
                {
                    findings.Add("balances", $"wallet {walletId} showed {ok}");
                }

                return;
            }

            if (reply.IsDefinite || !await MayRepeatAsync(attempt, $"reading wallet {walletId}", reply, cancellationToken))
            {
                return;
            }
        }
    }

    private async Task<Reply> InsistAsync(string path, string json, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var reply = await bank.PostAsync(path, json, cancellationToken);
            if (reply.IsDefinite || !await MayRepeatAsync(attempt, $"{path} {json}", reply, cancellationToken))
            {
                return reply;
            }
        }
    }

    /// <summary>Waits a while longer each time; false when it has been tried often enough.</summary>
    private async Task<bool> MayRepeatAsync(int attempt, string what, Reply reply, CancellationToken cancellationToken)
    {
        if (attempt == MaxAttempts)
        {
            findings.Add("answers", $"{what}: no definite answer in {MaxAttempts} attempts, at last {reply}");
            return false;
        }

        Interlocked.Increment(ref _repeats);
        var pause = FirstPause * (1 << Math.Min(attempt, 10));
        await Task.Delay(pause < MaxPause ? pause : MaxPause, cancellationToken);
        return true;
    }
}
