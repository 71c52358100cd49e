using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Monkey.Checks;

/// <summary>Every transfer that was acknowledged is completed, with a debit and a credit; none of these wallets has one under way.</summary>
internal static class SagaCheck
{
    public const string Area = "sagas";

    public static async Task CheckAsync(BankClient bank, Troop troop, IReadOnlyCollection<Guid> wallets, int concurrency, Findings findings, CancellationToken cancellationToken)
    {
        var acknowledged = troop.History.Operations
            .Where(record => record.Operation.Kind is OperationKind.Transfer)
            .Select(record => record.Definite?.Reply)
            .OfType<Reply.Ok>()
            .Select(ok => ok.Json.GetProperty("transferId").GetGuid())
            .Concat(troop.BulkTransfers);
        var limits = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(acknowledged, limits, async (id, token) =>
        {
            var reply = await Patience.GetAsync(bank, $"/transfers/{id}", token);
            if (reply is not Reply.Ok { Json: var transfer }
                || transfer.GetProperty("status").GetString() != "COMPLETED"
                || !transfer.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("type").GetString()).SequenceEqual(["TRANSFER_OUT", "TRANSFER_IN"]))
            {
                findings.Add(Area, $"transfer {id} was acknowledged: {reply}");
            }
        });

        if (await Patience.GetAsync(bank, "/ops/transfers?status=DEBITED&limit=200", cancellationToken) is Reply.Ok { Json: var underWay })
        {
            foreach (var transfer in underWay.GetProperty("items").EnumerateArray().Where(transfer => wallets.Contains(transfer.GetProperty("fromWalletId").GetGuid())))
            {
                findings.Add(Area, $"a transfer is under way after everything was answered: {transfer}");
            }
        }
        else
        {
            findings.Add(Area, "The transfers under way cannot be listed.");
        }
    }
}
