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
        var wanted = Row(_day) with { UserId = user, Method = "PUT", Url = "/wallet/1/limits", Status = 422, CorrelationId = $"{user:N}" };
        await WriteAsync([wanted, .. Enumerable.Range(0, 5).Select(_ => Row(_day) with { UserId = Guid.CreateVersion7() })]);

        foreach (var query in new[]
        {
            OfDay() with { UserId = user },
            OfDay() with { Method = "PUT" },
            OfDay() with { UrlPrefix = "/wallet/1/" },
            OfDay() with { MinStatus = 400, MaxStatus = 499 },
            Everything with { CorrelationId = $"{user:N}" },
        })
        {
            Assert.Equal([wanted.AuditId], Ids(await ReadAsync(query)));
        }

        Assert.Empty((await ReadAsync(OfDay() with { UrlPrefix = "%" })).Rows);
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
        var tooLong = Row(_day) with { Body = new byte[8_193].Select(_ => (byte)'a').ToArray() };
        await Assert.ThrowsAsync<JournalRejectedException>(() => WriteAsync(Row(_day), tooLong));
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

    private AuditRowQuery OfDay(int days = 1) => Everything with { From = _day.Date.ToUniversalTime(), To = _day.AddDays(days) };

    private Task WriteAsync(params AuditRow[] rows) => _audit.WriteAsync(rows, TestContext.Current.CancellationToken);

    private Task<AuditRowPage> ReadAsync(AuditRowQuery query) => _audit.ReadAsync(query, TestContext.Current.CancellationToken);
}
