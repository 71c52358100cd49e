using System.Globalization;
using System.Text.Json;

namespace WalletGrains.Host.Tests.Processes;

/// <summary>
/// Compares what the clients were told with what the histories say, through the HTTP interface alone and without any code
/// of the product.
/// </summary>
internal sealed class WorkloadAuditor(BankClient bank, MixedWorkload workload)
{
    private sealed record Row(Guid WalletId, Guid Id, string Type, decimal Amount, decimal Before, decimal After);

    /// <summary>Every way in which the books are wrong; empty when they are right.</summary>
    public async Task<List<string>> FindFaultsAsync(IReadOnlyList<Guid> wallets, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        var rows = new List<Row>();
        foreach (var wallet in wallets)
        {
            var history = await ReadHistoryAsync(wallet, cancellationToken);
            rows.AddRange(history);
            await CheckChainAsync(wallet, history, faults, cancellationToken);
        }

        CheckReplies(rows, faults);
        return faults;
    }

    private async Task CheckChainAsync(Guid wallet, List<Row> history, List<string> faults, CancellationToken cancellationToken)
    {
        var balance = 0m;
        foreach (var row in history)
        {
            if (row.Before != balance || row.After != balance + Signed(row) || row.After < 0)
            {
                faults.Add($"{wallet}: {row} does not follow a balance of {balance}");
            }

            balance = row.After;
        }

        var head = ((Reply.Ok)await bank.GetAsync($"/wallet/{wallet}", cancellationToken)).Json;
        if (head.GetProperty("balance").GetDecimal() != balance || head.GetProperty("version").GetInt64() != history.Count)
        {
            faults.Add($"{wallet}: the wallet says {head}, its history {balance} after {history.Count} entries");
        }
    }

    private void CheckReplies(List<Row> rows, List<string> faults)
    {
        var byId = rows.ToDictionary(row => row.Id);
        var accounted = new HashSet<Guid>();
        var (debits, credits, refunds) = (Count("TRANSFER_OUT"), Count("TRANSFER_IN"), Count("TRANSFER_REFUND"));
        var transfers = 0;
        var (sent, received) = (new Dictionary<(Guid, decimal), int>(), new Dictionary<(Guid, decimal), int>());
        foreach (var (operation, replies) in workload.Replies)
        {
            if (replies.Select(Essence).Distinct().Count() != 1)
            {
                faults.Add($"{operation}: different answers: {string.Join(" / ", replies)}");
            }

            if (replies.First() is not Reply.Ok ok)
            {
                continue;
            }

            if (operation.Kind == "transfer")
            {
                transfers++;
                Add(sent, operation.WalletId, operation.AmountMinor / 100m, 1);
                Add(received, operation.ToWalletId!.Value, operation.AmountMinor / 100m, 1);
                continue;
            }

            var id = ok.Json.GetProperty("transactionId").GetGuid();
            if (!byId.TryGetValue(id, out var row) || row.WalletId != operation.WalletId || row.Amount != operation.AmountMinor / 100m)
            {
                faults.Add($"{operation}: acknowledged as {id} and not in the history");
            }

            if (!accounted.Add(id))
            {
                faults.Add($"{operation}: {id} was acknowledged for two requests");
            }
        }

        var own = rows.Count - debits - credits - refunds;
        if (own != accounted.Count)
        {
            faults.Add($"{own} deposits and withdrawals are in the histories, {accounted.Count} were acknowledged");
        }

        if (debits != transfers + refunds || credits != transfers)
        {
            faults.Add($"{transfers} transfers were acknowledged; there are {debits} debits, {credits} credits, {refunds} refunds");
        }

        // No transfer of the workload is refused by its receiver, so debits and credits are just those acknowledged.
        foreach (var row in rows)
        {
            Add(row.Type == "TRANSFER_OUT" ? sent : row.Type == "TRANSFER_IN" ? received : [], row.WalletId, row.Amount, -1);
        }

        faults.AddRange(sent.Where(left => left.Value != 0).Select(left => $"sent {left.Key}: {left.Value} more acknowledged than in the history"));
        faults.AddRange(received.Where(left => left.Value != 0).Select(left => $"received {left.Key}: {left.Value} more acknowledged than in the history"));

        static void Add(Dictionary<(Guid, decimal), int> counts, Guid wallet, decimal amount, int count) =>
            counts[(wallet, amount)] = counts.GetValueOrDefault((wallet, amount)) + count;

        int Count(string type) => rows.Count(row => row.Type == type);
    }

    private async Task<List<Row>> ReadHistoryAsync(Guid wallet, CancellationToken cancellationToken)
    {
        var rows = new List<Row>();
        string? cursor = null;
        do
        {
            var path = $"/wallet/{wallet}/history?limit=200{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}";
            var page = ((Reply.Ok)await bank.GetAsync(path, cancellationToken)).Json;
            foreach (var item in page.GetProperty("items").EnumerateArray())
            {
                rows.Add(new Row(
                    wallet,
                    item.GetProperty("id").GetGuid(),
                    item.GetProperty("type").GetString()!,
                    item.GetProperty("amount").GetDecimal(),
                    item.GetProperty("balanceBefore").GetDecimal(),
                    item.GetProperty("balanceAfter").GetDecimal()));
            }

            cursor = page.GetProperty("nextCursor") is { ValueKind: JsonValueKind.String } next ? next.GetString() : null;
        }
        while (cursor is not null);

        rows.Reverse();
        return rows;
    }

    private static decimal Signed(Row row) => row.Type is "WITHDRAW" or "TRANSFER_OUT" ? -row.Amount : row.Amount;

    private static string Essence(Reply reply) => reply switch
    {
        Reply.Ok ok => ok.Body,
        Reply.Refused refused => string.Create(CultureInfo.InvariantCulture, $"{refused.Status} {refused.Code}"),
        _ => "unknown",
    };
}
