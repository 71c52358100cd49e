using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Reconciling;

/// <summary>
/// Compares payments of bills with the holds and entries of their wallets: where the money is has to be where the payment says it is. A step
/// of a payment is written before what follows from it in the wallet, and behind what it follows from, so any moment shows them in step: each
/// page may be read in a snapshot of its own.
/// </summary>
internal sealed class BillPass(Snapshot snapshot, PostingTerms terms, Findings findings)
{
    /// <summary>
    /// What each state asks for of hold (h), capture (c) and reversal (r). What is not there makes it null, and null is not true.
    /// </summary>
    private const string Agrees = """
        ((h.hold_id is null or (h.wallet_id = b.wallet_id and h.amount_minor = b.amount_minor and h.currency = b.currency))
        and (c.entry_id is null or (c.type = $4 and c.amount_minor = -b.amount_minor and c.counter_account = $6 || b.biller_code))
        and (r.entry_id is null or (r.type = $5 and r.amount_minor = 0))
        and case b.state
            when 1 then h.state is distinct from 2 and h.state is distinct from 3 and c.entry_id is null and r.entry_id is null
            when 2 then h.state = 1 and c.entry_id is null and r.entry_id is null
            when 3 then h.state = 1 and c.entry_id is null and r.entry_id is null
            when 4 then r.entry_id is null and h.state = case when c.entry_id is null then 1 else 2 end
            when 5 then h.state = 2 and c.entry_id is not null and r.entry_id is null
            when 6 then c.entry_id is null and h.state = case when r.entry_id is null then 1 else 3 end
            when 7 then h.state = 3 and c.entry_id is null and r.entry_id is not null
            when 8 then h.hold_id is null and c.entry_id is null and r.entry_id is null
        end) is true
        """;

    private static readonly string[] States = ["", "PENDING", "PROCESSING", "UNKNOWN", "COMPLETING", "COMPLETED", "REVERSING", "REVERSED", "FAILED"];

    /// <summary>Compares the next payments in the order in which they moved.</summary>
    /// <param name="last">Those behind this one, which moved at this time.</param>
    /// <param name="until">Those that moved before.</param>
    /// <param name="size">So many.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The last of them; null when there are no more.</returns>
    public async Task<(DateTimeOffset At, Guid Id)?> CompareAsync((DateTimeOffset At, Guid Id) last, DateTimeOffset until, int size, CancellationToken cancellationToken)
    {
        var page = await snapshot.ReadAsync(
            """
            select updated_at, payment_id from bills
            where updated_at >= $1 and (updated_at, payment_id) > ($1, $2) and updated_at < $4
            order by updated_at, payment_id limit $3
            """,
            row => (At: row.GetFieldValue<DateTimeOffset>(0), Id: row.GetGuid(1)),
            cancellationToken,
            new NpgsqlParameter<DateTime> { TypedValue = last.At.UtcDateTime },
            new NpgsqlParameter<Guid> { TypedValue = last.Id },
            new NpgsqlParameter<int> { TypedValue = size },
            new NpgsqlParameter<DateTime> { TypedValue = until.UtcDateTime });
        await CompareAsync([.. page.Select(bill => bill.Id)], cancellationToken);
        return page.Count < size ? null : page[^1];
    }

    /// <summary>
    /// Reports payments that do not go on, those that no job would ever bring further, and those that an operator has to find out about for too long. A dead letter counts as a
    /// job: operators are told of it already. Where a time is one of the future, that of the payment's id counts.
    /// </summary>
    public async Task FindStuckAsync(DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var stuck = await snapshot.ReadAsync(
            """
            select b.payment_id, b.state, b.updated_at, j.goes_on
            from bills b
            cross join lateral (select exists (select from jobs where kind = any($9) and key = b.payment_id::text and state in (1, 2, 4)) as goes_on) j
            where b.state in (1, 2, 3, 4, 6)
              and (case
                  when b.state in (1, 4, 6) then b.updated_at < $1 or (b.updated_at > now() + $5 and b.payment_id < $6)
                  when b.awaiting_since is null then b.updated_at < $2 or (b.updated_at > now() + $5 and b.payment_id < $7)
                  else b.awaiting_since < $3 or (b.awaiting_since > now() + $5 and b.payment_id < $8)
                end
                or (not j.goes_on and (b.updated_at < $1 or (b.updated_at > now() + $5 and b.payment_id < $6))))
            order by b.payment_id limit $4
            """,
            row => (Id: row.GetGuid(0), State: States[row.GetInt16(1)], At: row.GetDateTime(2), GoesOn: row.GetBoolean(3)),
            cancellationToken,
            new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime },
            new NpgsqlParameter<DateTime> { TypedValue = (now - ReconciliationLimits.LongestCalling).UtcDateTime },
            new NpgsqlParameter<DateTime> { TypedValue = (now - ReconciliationLimits.LongestAwaiting).UtcDateTime },
            new NpgsqlParameter<int> { TypedValue = ReconciliationLimits.ListedDifferences },
            new NpgsqlParameter<TimeSpan> { TypedValue = JournalLimits.FutureAge },
            new NpgsqlParameter<Guid> { TypedValue = TimeOrderedId.First(before) },
            new NpgsqlParameter<Guid> { TypedValue = TimeOrderedId.First(now - ReconciliationLimits.LongestCalling) },
            new NpgsqlParameter<Guid> { TypedValue = TimeOrderedId.First(now - ReconciliationLimits.LongestAwaiting) },
            Texts(terms.BillJobKinds));
        foreach (var (id, state, at, goesOn) in stuck)
        {
            findings.Add(Differences.StuckBill, $"bill {id}", goesOn ? "an end" : "a job that goes on with it", $"{state} since {at:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}");
        }
    }

    /// <summary>Compares what billers got by the entries with what they got by the payments.</summary>
    public async Task CompareTotalsAsync(AccountTotals totals, CancellationToken cancellationToken)
    {
        var paid = (await snapshot.ReadAsync(
            """
            select b.currency, $1 || b.biller_code, sum(b.amount_minor)
            from bills b left join lateral (select h.state from holds h where b.state = 4 and h.hold_id = b.payment_id limit 1) h on true
            where b.state = 5 or h.state = 2
            group by 1, 2
            """,
            row => (Key: (Currency: row.GetString(0), Account: row.GetString(1)), AmountMinor: row.GetDecimal(2)),
            cancellationToken,
            new NpgsqlParameter<string> { TypedValue = terms.BillerAccountPrefix })).ToDictionary(row => row.Key, row => row.AmountMinor);
        var accounts = totals.All
            .Where(total => total.Account.StartsWith(terms.BillerAccountPrefix, StringComparison.Ordinal))
            .Select(total => (total.Currency, total.Account))
            .Union(paid.Keys);
        foreach (var (currency, account) in accounts.Order())
        {
            var (expected, found) = (paid.GetValueOrDefault((currency, account)), totals.Of(currency, account));
            if (expected != found)
            {
                findings.Add(Differences.BillerTotal, $"account {account} in {currency}", expected, found);
            }
        }
    }

    private async Task CompareAsync(Guid[] paymentIds, CancellationToken cancellationToken)
    {
        var wrong = await snapshot.ReadAsync(
            $"""
            select b.payment_id, b.state, b.amount_minor, h.state, h.amount_minor, c.amount_minor, r.amount_minor
            from unnest($1, $2, $3) as n(payment_id, capture_id, reversal_id)
            cross join lateral (select * from bills b where b.payment_id = n.payment_id limit 1) b
            left join lateral (select * from holds h where h.hold_id = n.payment_id limit 1) h on true
            left join lateral (select * from entries e where e.wallet_id = b.wallet_id and e.request_id = n.capture_id limit 1) c on true
            left join lateral (select * from entries e where e.wallet_id = b.wallet_id and e.request_id = n.reversal_id limit 1) r on true
            where not {Agrees}
            order by b.payment_id
            """,
            row => (
                Id: row.GetGuid(0),
                State: States[row.GetInt16(1)],
                Amount: row.GetInt64(2),
                Money: $"hold {(row.IsDBNull(3) ? "none" : $"{row.GetInt64(4)} in state {row.GetInt16(3)}")}, capture {Amount(row, 5)}, reversal {Amount(row, 6)}"),
            cancellationToken,
            new NpgsqlParameter<Guid[]> { TypedValue = paymentIds },
            Texts(paymentIds.Select(terms.BillCaptureOf)),
            Texts(paymentIds.Select(terms.BillReversalOf)),
            new NpgsqlParameter<string> { TypedValue = terms.BillPaymentType },
            new NpgsqlParameter<string> { TypedValue = terms.BillReversalType },
            new NpgsqlParameter<string> { TypedValue = terms.BillerAccountPrefix });
        findings.Bills += paymentIds.Length;
        foreach (var bill in wrong)
        {
            findings.Add(Differences.BillMoney, $"bill {bill.Id}", $"the hold and entry of a payment of {bill.Amount} that is {bill.State}", bill.Money);
        }
    }

    private static NpgsqlParameter<string[]> Texts(IEnumerable<string> texts) => new() { TypedValue = [.. texts], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static string Amount(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? "none" : $"{row.GetInt64(column)}";
}
