using System.Net;
using System.Text;
using Npgsql;
using WalletGrains.Journal.Audit;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Audit;

public sealed class PostgresApiAuditTests(PostgresJournalFixture postgres) : IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private static readonly AuditRowQuery Everything = new(null, 50, null, null, null, null, null, null, null, null);

    private const short Entry = 1;
    private const short Bulk = 3;
    private const short Schedule = 4;
    private const short Bill = 7;

    // Days of its own for each test, so that they do not meet.
    private static int s_years;

    private readonly DateTimeOffset _day = new(2000 + Interlocked.Increment(ref s_years), 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly PostgresApiAudit _audit = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _audit.DisposeAsync();

    [Fact]
    public async Task A_row_is_read_as_it_was_written()
    {
        var row = Row(_day) with
        {
            Body = Encoding.UTF8.GetBytes("""{"description":"naïve ₦ \u0000"}"""),
            BodyBytes = 9_000,
            ClientIp = IPAddress.Parse("2001:db8::1"),
            UserId = Guid.CreateVersion7(),
            Made = 2,
            MadeId = Guid.CreateVersion7(),
            Replayed = true,
            Requests = 17,
            RequestId = "c:naïve ₦",
            RequestOf = Guid.CreateVersion7(),
        };
        await WriteAsync(row);

        var read = Assert.Single((await ReadAsync(OfDay())).Rows);

        Assert.Equal(row.Body.Value.ToArray(), read.Body!.Value.ToArray());
        Assert.Equal(row with { Body = null }, read with { Body = null });
    }

    [Fact]
    public async Task Rows_of_several_days_are_written_at_once_and_read_newest_first_page_by_page()
    {
        var rows = Enumerable.Range(0, 7).Select(day => Row(_day.AddDays(day))).ToArray();
        await WriteAsync(rows);

        var first = await ReadAsync(OfDay(days: 7) with { Limit = 3 });
        var second = await ReadAsync(OfDay(days: 7) with { Limit = 3, Before = first.Next });
        var third = await ReadAsync(OfDay(days: 7) with { Limit = 3, Before = second.Next });

        Assert.Equal(rows.Reverse().Select(row => row.AuditId), [.. Ids(first), .. Ids(second), .. Ids(third)]);
        Assert.Null(third.Next);
    }

    [Fact]
    public async Task Every_condition_leaves_out_the_others()
    {
        var user = Guid.CreateVersion7();
        var wanted = Row(_day) with { UserId = user, Method = "PUT", Url = "/wallet/1/limits", Status = 422, CorrelationId = $"{user:N}", RequestId = "c:rent" };
        await WriteAsync([wanted, .. Enumerable.Range(0, 5).Select(_ => Row(_day) with { UserId = Guid.CreateVersion7() })]);

        foreach (var query in new[]
        {
            OfDay() with { UserId = user },
            OfDay() with { Method = "PUT" },
            OfDay() with { UrlPrefix = "/wallet/1/" },
            OfDay() with { MinStatus = 400, MaxStatus = 499 },
            Everything with { CorrelationId = $"{user:N}" },
            OfDay() with { RequestIds = ["c:rent", "r:rent"] },
        })
        {
            Assert.Equal([wanted.AuditId], Ids(await ReadAsync(query)));
        }

        Assert.Empty((await ReadAsync(OfDay() with { UrlPrefix = "%" })).Rows);
        Assert.Empty((await ReadAsync(OfDay() with { RequestIds = ["c:ren", "r:rent"] })).Rows);
    }

    [Fact]
    public async Task The_entry_that_a_request_may_have_made_is_found_from_when_it_is_committed()
    {
        var wallet = await TestWallet.OpenAsync(postgres.Journal);
        var row = Asking(wallet.Id, Entry, "c:rent");
        await WriteAsync(row);
        Assert.Null(await FindAsync(row));

        var append = wallet.Deposit(7, "c:rent");
        await postgres.Journal.AppendAsync(append);

        var found = (await FindAsync(row))!;
        Assert.Equal((append.Entry!.EntryId, append.Entry.CreatedAt), (found.Id, found.CreatedAt));
        Assert.Equal(append.Entry.Content.ToArray(), found.EntryContent!.Value.ToArray());
        Assert.Equal(row, (await ReadAsync(OfDay())).Rows[0] with { Found = null });
    }

    [Fact]
    public async Task Nothing_is_found_under_the_request_id_of_another_or_of_a_refusal_or_where_the_answer_said_what_was_made()
    {
        var wallet = await TestWallet.OpenAsync(postgres.Journal);
        var other = await TestWallet.OpenAsync(postgres.Journal);
        await postgres.Journal.AppendAsync(wallet.Deposit(7, "c:rent"));
        await postgres.Journal.AppendAsync(wallet.Refuse("c:refused"));
        await WriteAsync(
            Asking(other.Id, Entry, "c:rent"),
            Asking(wallet.Id, Entry, "c:refused"),
            Asking(wallet.Id, Entry, "c:ren"),
            Asking(wallet.Id, Entry, "r:rent"),
            Asking(wallet.Id, Schedule, "c:rent"),
            Asking(wallet.Id, Entry, "c:rent") with { MayHaveMade = null },
            Asking(wallet.Id, Entry, "c:rent") with { MayHaveMade = null, RequestOf = null });

        Assert.Equal(new AuditFinding?[7], (await ReadAsync(OfDay())).Rows.Select(row => row.Found));
    }

    [Theory]
    [InlineData(Bulk, 1, false)]
    [InlineData(Bulk, 2, true)]
    [InlineData(Bulk, 3, true)]
    [InlineData(Bulk, 5, false)]
    [InlineData(Schedule, 3, true)]
    [InlineData(Bill, 1, true)]
    public async Task So_is_what_has_a_request_id_and_is_no_entry(short kind, short state, bool isFound)
    {
        var (id, of) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await postgres.ExecuteAsync(kind switch
        {
            Bulk => $"insert into bulks values ('{id}', '{of}', 'c:rent', decode(repeat('00', 16), 'hex'), '', {state}, null, {(state == 5 ? "'CODE'" : "null")}, now(), now())",
            Schedule => $"""
                insert into schedules (schedule_id, wallet_id, to_wallet_id, amount_minor, currency, start_at, request_id, fingerprint, state, created_at, updated_at)
                values ('{id}', '{of}', gen_random_uuid(), 1, 'USD', now(), 'c:rent', decode(repeat('00', 16), 'hex'), {state}, now(), now())
                """,
            _ => $"""
                insert into bills (payment_id, wallet_id, biller_code, customer_reference, amount_minor, currency, request_id, fingerprint, state, revision, content, created_at, updated_at)
                values ('{id}', '{of}', 'water', '1', 1, 'USD', 'c:rent', decode(repeat('00', 16), 'hex'), {state}, 1, '', now(), now())
                """,
        });
        var row = Asking(of, kind, "c:rent");
        await WriteAsync(row, Asking(Guid.CreateVersion7(), kind, "c:rent"), Asking(of, kind, "c:ren"));

        Assert.Equal(isFound ? id : null, (await FindAsync(row))?.Id);
        Assert.Equal(isFound ? 1 : 0, (await ReadAsync(OfDay())).Rows.Count(read => read.Found is not null));
    }

    [Fact]
    public async Task A_page_looks_for_what_was_made_by_keys_only()
    {
        await using var own = new PostgresJournalFixture();
        await own.InitializeAsync();
        var wallet = await TestWallet.OpenAsync(own.Journal);
        for (var i = 0; i < 4; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => own.Journal.AppendAsync(wallet.Deposit(1))));
        }

        await using var reading = NpgsqlDataSource.Create(own.ConnectionString + ";Application Name=reading");
        await using var audit = new PostgresApiAudit(reading, new JournalOptions(), TimeProvider.System);
        var ids = (await own.Journal.ReadEntriesAsync(new EntryQuery(wallet.Id, long.MaxValue, 200), TestContext.Current.CancellationToken)).Select(entry => entry.RequestId);
        await audit.WriteAsync([.. ids.Select(id => Asking(wallet.Id, Entry, id))], TestContext.Current.CancellationToken);
        await own.ExecuteAsync("vacuum analyze; select pg_stat_reset()");

        Assert.Equal(200, (await audit.ReadAsync(Everything with { Limit = 200 }, TestContext.Current.CancellationToken)).Rows.Count(row => row.Found is not null));

        // A backend reports its counters when it ends; this waits until it has.
        Assert.True(await own.ScalarAsync<bool>(
            "select bool_and(pg_terminate_backend(pid, 30000)) from pg_stat_activity where datname = current_database() and application_name = 'reading'"));
        Assert.Equal(200, await own.ScalarAsync<long>("select idx_scan from pg_stat_user_indexes where indexrelname = 'entries_request_id_unique'"));
        Assert.Equal(0, await own.ScalarAsync<long>("select sum(seq_tup_read)::bigint from pg_stat_user_tables where relname in ('entries', 'bulks', 'schedules', 'bills')"));
        Assert.Equal(0, await own.ScalarAsync<long>("select sum(seq_scan)::bigint from pg_stat_user_tables where relname in ('bulks', 'schedules', 'bills')"));
    }

    [Fact]
    public async Task A_page_looks_through_so_many_rows_and_says_where_it_stopped()
    {
        var rows = Enumerable.Range(0, JournalLimits.AuditWindow + 1).Select(i => Row(_day.AddMilliseconds(i))).ToArray();
        rows[0] = rows[0] with { Status = 503 };
        await WriteAsync(rows);

        var nothing = await ReadAsync(OfDay() with { MinStatus = 503 });
        Assert.Empty(nothing.Rows);
        Assert.Equal(rows[1].AuditId, nothing.Next);

        Assert.Equal([rows[0].AuditId], Ids(await ReadAsync(OfDay() with { MinStatus = 503, Before = nothing.Next })));
    }

    [Fact]
    public async Task Rows_whose_answer_was_lost_are_written_once()
    {
        var rows = new[] { Row(_day), Row(_day) };
        await WriteAsync(rows);
        await WriteAsync(rows);
        Assert.Equal(2, (await ReadAsync(OfDay())).Rows.Count);
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_writes_none()
    {
        foreach (var refused in new[]
        {
            Row(_day) with { Body = new byte[8_193].Select(_ => (byte)'a').ToArray() },
            Row(_day) with { RequestId = new string('a', 1_025) },
            Row(_day) with { RequestOf = Guid.CreateVersion7() },
            Asking(Guid.CreateVersion7(), 2, "c:rent"),
            Asking(Guid.CreateVersion7(), Entry, "c:rent") with { Made = Entry, MadeId = Guid.CreateVersion7() },
            Asking(Guid.CreateVersion7(), Entry, "c:rent") with { RequestOf = null },
        })
        {
            await Assert.ThrowsAsync<JournalRejectedException>(() => WriteAsync(Row(_day), refused));
        }

        Assert.Empty((await ReadAsync(OfDay())).Rows);
    }

    [Fact]
    public async Task A_stored_row_cannot_be_changed_or_removed()
    {
        await WriteAsync(Row(_day));
        foreach (var sql in new[] { "update api_audit set status = 1", "delete from api_audit", $"truncate api_audit_{_day:yyyyMMdd}" })
        {
            await Assert.ThrowsAsync<PostgresException>(() => postgres.ExecuteAsync(sql));
        }
    }

    [Fact]
    public async Task Days_older_than_the_retention_are_dropped_one_at_a_time_and_can_be_made_again()
    {
        // A database of its own: days are dropped from the oldest on.
        await using var own = await TestPostgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var dataSource = NpgsqlDataSource.Create(own.ConnectionString);
        await new Migrations(dataSource, Microsoft.Extensions.Logging.Abstractions.NullLogger<Migrations>.Instance).ApplyAsync(TestContext.Current.CancellationToken);
        await using var audit = new PostgresApiAudit(dataSource, new JournalOptions(), TimeProvider.System);
        var rows = Enumerable.Range(0, 3).Select(day => Row(_day.AddDays(day))).ToArray();
        await audit.WriteAsync(rows, TestContext.Current.CancellationToken);

        var olderThan = _day.AddDays(2);
        Assert.True(await audit.DropOldestDayAsync(olderThan, TestContext.Current.CancellationToken));
        Assert.True(await audit.DropOldestDayAsync(olderThan, TestContext.Current.CancellationToken));
        Assert.False(await audit.DropOldestDayAsync(olderThan, TestContext.Current.CancellationToken));
        Assert.Equal([rows[2].AuditId], Ids(await audit.ReadAsync(Everything, TestContext.Current.CancellationToken)));

        // The store believes that the day is there: it finds out, and the next attempt is good.
        await Assert.ThrowsAsync<JournalUnavailableException>(() => audit.WriteAsync([rows[0]], TestContext.Current.CancellationToken));
        await audit.WriteAsync([rows[0]], TestContext.Current.CancellationToken);
        Assert.Equal(2, (await audit.ReadAsync(Everything, TestContext.Current.CancellationToken)).Rows.Count);
    }

    [Fact]
    public async Task Two_stores_make_the_same_day_at_the_same_time()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => new PostgresApiAudit(postgres.DataSource, new JournalOptions(), TimeProvider.System)).ToList();
        await Task.WhenAll(stores.Select(store => store.WriteAsync([Row(_day)], TestContext.Current.CancellationToken)));
        Assert.Equal(4, (await ReadAsync(OfDay())).Rows.Count);
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    private static IEnumerable<Guid> Ids(AuditRowPage page) => page.Rows.Select(row => row.AuditId);

    private static AuditRow Row(DateTimeOffset at) => new(
        Guid.CreateVersion7(at), at, "POST", "/wallets", null, 0, "{}", IPAddress.Loopback, null, 200, TimeSpan.FromMilliseconds(1.5), "c", null, null, false, 1);

    /// <summary>A request whose answer left open what became of it.</summary>
    private AuditRow Asking(Guid requestOf, short kind, string requestId) =>
        Row(_day) with { Status = 503, RequestId = requestId, RequestOf = requestOf, MayHaveMade = kind };

    private async Task<AuditFinding?> FindAsync(AuditRow row) => Assert.Single((await ReadAsync(OfDay())).Rows, read => read.AuditId == row.AuditId).Found;

    private AuditRowQuery OfDay(int days = 1) => Everything with { From = _day.Date.ToUniversalTime(), To = _day.AddDays(days) };

    private Task WriteAsync(params AuditRow[] rows) => _audit.WriteAsync(rows, TestContext.Current.CancellationToken);

    private Task<AuditRowPage> ReadAsync(AuditRowQuery query) => _audit.ReadAsync(query, TestContext.Current.CancellationToken);
}
