using System.Runtime.ExceptionServices;
using System.Text;
using WalletGrains.Journal.Reconciling;
using Xunit;

namespace WalletGrains.Journal.Tests.Reconciling;

/// <summary>Wallets with many entries, as reconciliations see them: rows, in a database of their own.</summary>
public sealed class PlainBooks : IAsyncDisposable
{
    /// <summary>Longer than any run here takes.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromHours(1);

    private static readonly PostingTerms Terms = new()
    {
        WalletAccountPrefix = "wallet:",
        TransferTypes = ["TRANSFER_OUT", "TRANSFER_IN"],
        TransferOf = content => Guid.TryParse(Encoding.UTF8.GetString(content.Span), out var transferId) ? transferId : null,
        BillerAccountPrefix = "biller:",
        BillPaymentType = "BILL_PAYMENT",
        BillReversalType = "BILL_REVERSAL",
        BillCaptureOf = static paymentId => $"{paymentId}/capture",
        BillReversalOf = static paymentId => $"{paymentId}/reversal",
        BillJobKinds = [],
    };

    private PlainBooks()
    {
    }

    public PostgresJournalFixture Postgres { get; } = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<PlainBooks> OpenAsync()
    {
        var books = new PlainBooks();
        await books.Postgres.InitializeAsync();
        return books;
    }

    /// <summary>Compares what is new; and in full all the rest as well.</summary>
    public async Task<ReconciliationReport> ReconcileAsync(bool isFull = false)
    {
        var news = await Reconciliation(TimeProvider.System).RunAsync(Budget, TimeSpan.FromMinutes(5), Cancelled);
        return isFull ? news.And(await ReconcileInFullAsync()) : news;
    }

    /// <summary>Compares once more what was compared.</summary>
    /// <param name="rest">What happens after each step, which is told its number; false when the time of the run is over then.</param>
    public async Task<ReconciliationReport> ReconcileInFullAsync(Func<int, Task<bool>>? rest = null)
    {
        var time = new TimeOfSteps(rest ?? (_ => Task.FromResult(true)));
        var report = await Reconciliation(time).RunFullAsync(Budget, Task.FromResult, Cancelled);
        time.Failure?.Throw();
        return report;
    }

    public PostgresReconciliation Reconciliation(TimeProvider time) => new(Postgres.DataSource, Terms, time);

    /// <summary>So many deposits of one into a wallet, which is opened unless it is there.</summary>
    public Task AddAsync(Guid walletId, int entries, string account = "external:cash") => Postgres.ExecuteAsync(
        $"""
        insert into wallets values ('{walletId}', null, 'USD', 'OPEN', 0, 0, 0, 0, sha256('0'), now(), now()) on conflict do nothing;
        insert into entries
        select '{walletId}', n, gen_random_uuid(), 'c:' || n, '\x00112233445566778899aabbccddeeff', 'FUND', 1, n, '{account}', now(), '', sha256(n::text::bytea)
        from wallets w, generate_series(w.version + 1, w.version + {entries}) n
        where w.wallet_id = '{walletId}';
        update wallets set revision = revision + {entries}, version = version + {entries}, balance_minor = balance_minor + {entries}, head_hash = sha256((version + {entries})::text::bytea)
        where wallet_id = '{walletId}';
        """);

    /// <summary>Changes what the triggers protect, as somebody with all rights on the database can.</summary>
    public Task FalsifyAsync(string sql) => Postgres.ExecuteAsync($"set session_replication_role = replica; {sql}; reset session_replication_role");

    /// <summary>Has the database cancel each statement that reads more than so many entries, as if it had taken too long.</summary>
    public Task ReadSlowlyAsync(int entriesPerStatement) => Postgres.ExecuteAsync(
        $"""
        do $$ begin
            if not exists (select from pg_class where relname = 'quick_entries') then
                alter table entries rename to quick_entries;
            end if;
        end $$;
        create or replace function in_time() returns boolean volatile language plpgsql as $$
        declare
            statement text := statement_timestamp()::text;
            seen int := 1;
        begin
            if current_setting('statement_timeout') <> '20s' then
                return true;
            end if;
            if split_part(current_setting('test.seen', true), '|', 1) = statement then
                seen := split_part(current_setting('test.seen', true), '|', 2)::int + 1;
            end if;
            if seen > {entriesPerStatement} then
                raise sqlstate '57014';
            end if;
            perform set_config('test.seen', statement || '|' || seen, false);
            return true;
        end $$;
        create or replace view entries as select * from quick_entries where in_time();
        """);

    /// <summary>All totals are the sums of entries, and so is what is remembered of each wallet.</summary>
    public async Task AssertTotalsAsync()
    {
        Assert.Equal(0, await Postgres.ScalarAsync<long>(
            """
            select count(*)
            from (select w.currency, e.counter_account as account, -sum(e.amount_minor) as amount_minor from entries e join wallets w using (wallet_id) group by 1, 2) e
            full join account_totals t using (currency, account)
            where e.amount_minor is distinct from t.balance_minor
            """));
        Assert.Equal(0, await Postgres.ScalarAsync<long>(
            """
            select count(*)
            from (select wallet_id, counter_account as account, -sum(amount_minor) as amount_minor from entries group by 1, 2) e
            full join (select wallet_id, a.* from reconciled_wallets r, unnest(r.accounts, r.amounts_minor) a(account, amount_minor)) r using (wallet_id, account)
            where e.amount_minor is distinct from r.amount_minor
            """));
    }

    public ValueTask DisposeAsync() => Postgres.DisposeAsync();

    /// <summary>Every look at it is 10 ms later. A rest is over when the test has done in it what it wanted to.</summary>
    private sealed class TimeOfSteps(Func<int, Task<bool>> rest) : TimeProvider
    {
        private long _now;
        private int _rests;

        public ExceptionDispatchInfo? Failure { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now += TimeSpan.FromMilliseconds(10).Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _ = RestAsync(callback, state);
            return new Rest();
        }

        private async Task RestAsync(TimerCallback callback, object? state)
        {
            await Task.Yield();
            try
            {
                _now += await rest(++_rests) ? 0 : Budget.Ticks;
            }
            catch (Exception e)
            {
                (Failure, _now) = (ExceptionDispatchInfo.Capture(e), _now + Budget.Ticks);
            }

            callback(state);
        }

        private sealed class Rest : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
