using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Reconciling;

/// <summary>What a full run goes through, in this order.</summary>
internal enum FullPhase : short
{
    Bills = 1,
    Transfers = 2,
    Wallets = 3,
    Totals = 4,
}

/// <summary>How far a full reconciliation has come.</summary>
/// <param name="Phase">What it goes through.</param>
/// <param name="Bill">Behind this payment, which moved at this time.</param>
/// <param name="Transfer">Before this transfer.</param>
/// <param name="Wallet">Behind this wallet, or within it.</param>
internal sealed record FullPlace(FullPhase Phase, (DateTimeOffset At, Guid Id) Bill, Guid Transfer, CountedWallet Wallet)
{
    public static readonly FullPlace Beginning = new(FullPhase.Bills, (DateTimeOffset.UnixEpoch, Guid.Empty), Guid.Empty, CountedWallet.AllOf(Guid.Empty));
}

/// <summary>
/// Remembers a full reconciliation between its steps, so that one that was cut off goes on where it stopped. What a step found and how far it has
/// come is written in one statement: a step that was cut off before is made anew, and nothing of it counts twice.
/// </summary>
/// <param name="writing">The connection that has the lock of full runs: one that has lost it writes nothing.</param>
internal sealed class FullProgress(NpgsqlConnection writing)
{
    /// <summary>Reads how far the one has come that was cut off, and what it has found; otherwise begins a new one.</summary>
    /// <returns>The place, and by how much what was counted until there is off from what is remembered of it.</returns>
    public async Task<(FullPlace Place, AccountTotals Deviations)> LoadAsync(Findings findings, CancellationToken cancellationToken)
    {
        var deviations = new AccountTotals();
        if ((await ReadAsync("select phase, bill_at, last_id, version, entries, accounts, amounts_minor, differences from full_reconciliation", ReadPlace, cancellationToken)) is not [var (place, count)])
        {
            await BeginAsync(cancellationToken);
            return (FullPlace.Beginning, deviations);
        }

        findings.Add(count, await ReadAsync(
            "select what, place, expected, found from full_reconciliation_differences order by number",
            row => new Difference(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3)),
            cancellationToken));
        foreach (var (currency, account, amount) in await ReadAsync(
            "select currency, account, amount_minor from full_reconciliation_deviations",
            row => (row.GetString(0), row.GetString(1), row.GetDecimal(2)),
            cancellationToken))
        {
            deviations.Add(currency, account, amount);
        }

        return (place, deviations);
    }

    /// <summary>A step is done.</summary>
    /// <exception cref="InvalidOperationException">Somebody emptied the table; the next run begins a new one.</exception>
    public async Task SaveAsync(FullPlace place, Findings step, AccountTotals deviations, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with listed as (
                insert into full_reconciliation_differences (what, place, expected, found)
                select n.* from full_reconciliation, unnest($9, $10, $11, $12) as n where differences < {ReconciliationLimits.ListedDifferences}
            ), deviating as (
                insert into full_reconciliation_deviations (currency, account, amount_minor) select * from unnest($13, $14, $15)
                on conflict (currency, account) do update set amount_minor = full_reconciliation_deviations.amount_minor + excluded.amount_minor
            )
            update full_reconciliation
            set phase = $1, bill_at = $2, last_id = $3, version = $4, entries = $5, accounts = $6, amounts_minor = $7, differences = differences + $8
            """,
            writing);
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)place.Phase });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = place.Bill.At.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = place.Phase switch { FullPhase.Bills => place.Bill.Id, FullPhase.Transfers => place.Transfer, _ => place.Wallet.WalletId } });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = place.Wallet.Version });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = place.Wallet.Entries });
        command.Parameters.Add(Texts(place.Wallet.Accounts.All.Select(amount => amount.Account)));
        command.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. place.Wallet.Accounts.All.Select(amount => amount.AmountMinor)] });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = step.Count });
        command.Parameters.Add(Texts(step.Listed.Select(difference => difference.What)));
        command.Parameters.Add(Texts(step.Listed.Select(difference => difference.Where)));
        command.Parameters.Add(Texts(step.Listed.Select(difference => difference.Expected)));
        command.Parameters.Add(Texts(step.Listed.Select(difference => difference.Found)));
        command.Parameters.Add(Texts(deviations.All.Select(deviation => deviation.Currency)));
        command.Parameters.Add(Texts(deviations.All.Select(deviation => deviation.Account)));
        command.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. deviations.All.Select(deviation => deviation.BalanceMinor)] });
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            throw new InvalidOperationException("Somebody emptied full_reconciliation while a full reconciliation was under way; the next one begins at the beginning.");
        }
    }

    /// <summary>It got through everything and what it found is kept: the next run begins a new one.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("delete from full_reconciliation", writing);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with listed as (delete from full_reconciliation_differences), deviating as (delete from full_reconciliation_deviations)
            insert into full_reconciliation (phase, bill_at, last_id, version, entries, accounts, amounts_minor, differences)
            values (1, 'epoch', '00000000-0000-0000-0000-000000000000', 0, 0, '{}', '{}', 0)
            """,
            writing);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static (FullPlace Place, long Differences) ReadPlace(NpgsqlDataReader row)
    {
        var (phase, id) = ((FullPhase)row.GetInt16(0), row.GetGuid(2));
        var place = FullPlace.Beginning with { Phase = phase };
        return (
            phase switch
            {
                FullPhase.Bills => place with { Bill = (row.GetFieldValue<DateTimeOffset>(1), id) },
                FullPhase.Transfers => place with { Transfer = id },
                _ => place with { Wallet = new CountedWallet(id, row.GetInt64(3), row.GetInt64(4), WalletAccounts.Read(row, 5)) },
            },
            row.GetInt64(7));
    }

    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, writing);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    private static NpgsqlParameter<string[]> Texts(IEnumerable<string> texts) => new() { TypedValue = [.. texts], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
