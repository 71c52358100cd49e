using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using WalletGrains.Api.Audit;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Http;
using WalletGrains.Api.Protection;
using WalletGrains.Contracts.Users;
using WalletGrains.Host.Audit;
using WalletGrains.Journal;
using WalletGrains.Journal.Audit;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Audit;

/// <summary>Storing the audit: in batches, through outages, until the end.</summary>
public sealed class AuditWriterTests : IAsyncLifetime
{
    private readonly RateLimits _limits;
    private readonly AuditQueue _queue;
    private readonly LostAndStored _counts;
    private TestDatabase? _database;

    public AuditWriterTests()
    {
        var limits = new RateLimitOptions();
        limits.Complete(isDevelopment: false);
        _limits = new RateLimits(Options.Create(limits));
        _queue = new AuditQueue(_limits);
        _counts = new LostAndStored(_queue);
    }

    public async ValueTask InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        await new Migrations(dataSource, NullLogger<Migrations>.Instance).ApplyAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _counts.Dispose();
        _queue.Dispose();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_stop_stores_everything_that_waits()
    {
        await using var dataSource = NpgsqlDataSource.Create(_database!.ConnectionString);
        await using var audit = new PostgresApiAudit(dataSource, new JournalOptions(), TimeProvider.System);
        using var writer = new AuditWriter(_queue, audit, TimeProvider.System, NullLogger<AuditWriter>.Instance);
        await writer.StartAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 10_000; i++)
        {
            _queue.Add(Record());
        }

        await writer.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal((10_000, 0), (_counts.Stored, _counts.Lost));
        Assert.Equal(10_000L, await CountAsync(dataSource));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_waits_through_an_outage_is_stored_when_the_database_is_back()
    {
        await using var proxy = TcpProxy.To(_database!.ConnectionString);
        await using var dataSource = NpgsqlDataSource.Create(proxy.ConnectionStringThrough(_database.ConnectionString));
        await using var audit = new PostgresApiAudit(dataSource, new JournalOptions(), TimeProvider.System);
        using var writer = new AuditWriter(_queue, audit, TimeProvider.System, NullLogger<AuditWriter>.Instance);
        proxy.Refuses = true;
        await writer.StartAsync(TestContext.Current.CancellationToken);
        _queue.Add(Record());
        await Until(() => _queue.Reader.Count == 0);
        _queue.Add(Record());

        proxy.Refuses = false;

        await Until(() => _counts.Stored == 2);
        await writer.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, _counts.Lost);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_batch_that_cannot_be_stored_is_given_up_and_counted()
    {
        var time = new ManualTimeProvider();
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody");
        await using var audit = new PostgresApiAudit(nowhere, new JournalOptions(), time);
        using var writer = new AuditWriter(_queue, audit, time, NullLogger<AuditWriter>.Instance);
        _queue.Add(Record());
        _queue.Add(Record());
        await writer.StartAsync(TestContext.Current.CancellationToken);

        await Until(() =>
        {
            time.Advance(AuditLimits.MaxRetryDelay);
            return _counts.Lost == 2;
        });
        await writer.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["database"], _counts.Reasons.Distinct());
    }

    [Fact]
    public async Task One_record_that_the_database_refuses_does_not_take_the_others_with_it()
    {
        await using var dataSource = NpgsqlDataSource.Create(_database!.ConnectionString);
        await using (var command = dataSource.CreateCommand("alter table api_audit add constraint planted check (status <> 418)"))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using var audit = new PostgresApiAudit(dataSource, new JournalOptions(), TimeProvider.System);
        using var writer = new AuditWriter(_queue, audit, TimeProvider.System, NullLogger<AuditWriter>.Instance);
        for (var i = 0; i < 20; i++)
        {
            _queue.Add(Record(status: i == 7 ? 418 : 200));
        }

        await writer.StartAsync(TestContext.Current.CancellationToken);
        await writer.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal((19, 1), (_counts.Stored, _counts.Lost));
        Assert.Equal(["refused"], _counts.Reasons);
    }

    [Fact]
    public void What_does_not_fit_is_lost_and_counted()
    {
        for (var i = 0; i < ApiLimits.AuditQueue + 3; i++)
        {
            _queue.Add(Record());
        }

        Assert.Equal(3, _counts.Lost);
        Assert.Equal(["overload"], _counts.Reasons.Distinct());
        Assert.Equal(3, _queue.TakeLost());
        Assert.Equal(0, _queue.TakeLost());
    }

    [Fact]
    public void So_are_bodies_that_are_too_much_together()
    {
        var body = new byte[ApiLimits.MaxAuditedBody];
        body.AsSpan().Fill((byte)' ');
        body[0] = (byte)'1';
        var fit = (int)(ApiLimits.AuditQueueBytes / ApiLimits.MaxAuditedBody);
        for (var i = 0; i < fit; i++)
        {
            _queue.Add(Record(body: body));
        }

        Assert.InRange(_counts.Lost, 1, fit / 8);
        var record = Record(body: body);
        while (_queue.Reader.TryRead(out var waiting))
        {
            _queue.Stored(waiting);
        }

        // There is room again.
        var lost = _counts.Lost;
        _queue.Add(record);
        Assert.Equal(lost, _counts.Lost);
    }

    [Fact]
    public void A_flood_of_refused_requests_of_strangers_pushes_out_nothing_else()
    {
        // From one address, and then from many.
        const int Flood = 3 * ApiLimits.AuditQueue;
        for (var i = 0; i < Flood; i++)
        {
            _queue.Add(Record(status: i % 2 == 0 ? 401 : 429));
        }

        var ofOne = _queue.Reader.Count;
        Assert.InRange(ofOne, 60, 600);
        for (var i = 0; i < Flood; i++)
        {
            _queue.Add(Record(status: 401, from: new IPAddress((uint)i)));
        }

        Assert.InRange(_queue.Reader.Count, 600, ApiLimits.AuditQueue / 2);
        Assert.Equal((0, 0), (_counts.Lost, _queue.TakeLost()));

        // The others are in few records, of which the last stand for all of a kind that had no place.
        var oneByOne = _queue.Reader.Count;
        Assert.Equal((2 * Flood) - oneByOne, _queue.AddFloods());
        Assert.InRange(_queue.Reader.Count - oneByOne, ApiLimits.AuditedFloods, ApiLimits.AuditedFloods + 2);
        Assert.Equal(0, _queue.AddFloods());

        var before = _queue.Reader.Count;
        _queue.Add(Record());
        _queue.Add(Record(status: 422, by: Guid.NewGuid()));
        Assert.Equal(before + 2, _queue.Reader.Count);

        // One or two may find a place again meanwhile, as time passes.
        for (var i = 0; i < 1_000; i++)
        {
            _queue.Add(Record(status: 429, by: Guid.NewGuid()));
        }

        Assert.InRange(_queue.Reader.Count, before + 2, before + 500);
    }

    [Fact(Timeout = 60_000)]
    public async Task Every_request_of_a_flood_is_in_a_row_that_says_how_many_it_stands_for()
    {
        await using var dataSource = NpgsqlDataSource.Create(_database!.ConnectionString);
        await using var audit = new PostgresApiAudit(dataSource, new JournalOptions(), TimeProvider.System);
        var time = new ManualTimeProvider();
        using var writer = new AuditWriter(_queue, audit, time, NullLogger<AuditWriter>.Instance);
        var (one, other) = (IPAddress.Parse("203.0.113.7"), IPAddress.Parse("2001:db8::7"));
        for (var i = 0; i < 1_000; i++)
        {
            _queue.Add(Record(status: i % 2 == 0 ? 401 : 404, from: one));
        }

        _queue.Add(Record(status: 401, from: other));
        await writer.StartAsync(TestContext.Current.CancellationToken);
        await Until(() =>
        {
            // What is summed up is stored while the host runs, not only when it stops. In this time one write that fails is one too many.
            time.Advance(AuditLimits.SumPeriod);
            return _counts.Stored == 1_001 || _counts.Lost > 0;
        });
        Assert.Equal((1_001, 0), (_counts.Stored, _counts.Lost));
        await writer.StopAsync(TestContext.Current.CancellationToken);
        var page = await audit.ReadAsync(new AuditRowQuery(null, 201, null, null, null, null, null, null, null, null), TestContext.Current.CancellationToken);
        Assert.Equal(1_001, page.Rows.Sum(row => row.Requests));
        var summed = page.Rows.Where(row => row.Requests > 1).OrderBy(row => row.Status).ToList();
        Assert.Equal([(401, one), (404, one)], summed.Select(row => ((int)row.Status, row.ClientIp!)));
        Assert.InRange(page.Rows.Count, 62, 70);
        Assert.Equal(1, Assert.Single(page.Rows, row => other.Equals(row.ClientIp)).Requests);
    }

    [Fact]
    public async Task What_was_summed_up_last_is_stored_by_the_stop()
    {
        await using var dataSource = NpgsqlDataSource.Create(_database!.ConnectionString);
        await using var audit = new PostgresApiAudit(dataSource, new JournalOptions(), TimeProvider.System);
        using var writer = new AuditWriter(_queue, audit, new ManualTimeProvider(), NullLogger<AuditWriter>.Instance);
        await writer.StartAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 1_000; i++)
        {
            _queue.Add(Record(status: 401));
        }

        await writer.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal((1_000, 0), (_counts.Stored, _counts.Lost));
    }

    private static AuditRecord Record(int status = 200, byte[]? body = null, IPAddress? from = null, Guid? by = null)
    {
        var context = new DefaultHttpContext { TraceIdentifier = "test", Response = { StatusCode = status } };
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = "/wallets";
        context.Request.Method = "POST";
        context.Connection.RemoteIpAddress = from;
        if (by is { } userId)
        {
            context.User = new ClaimsPrincipal(Caller.With(new AccessToken(userId, UserRole.Customer, Guid.NewGuid(), DateTimeOffset.MaxValue)));
        }

        var record = new AuditRecord(TimeProvider.System.GetUtcNow());
        if (body is not null)
        {
            record.TakeBody(body, ApiJson.Wire.BalanceChangeRequest, isParsed: false);
        }

        record.Complete(context, TimeSpan.FromMilliseconds(1));
        return record;
    }

    private static async Task<long> CountAsync(NpgsqlDataSource dataSource)
    {
        await using var command = dataSource.CreateCommand("select count(*) from api_audit");
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task Until(Func<bool> holds)
    {
        while (!holds())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>What the queue's instruments were told, and no other queue's.</summary>
    private sealed class LostAndStored : IDisposable
    {
        private readonly MeterListener _listener;
        private readonly List<string> _reasons = [];
        private long _stored;

        public LostAndStored(AuditQueue queue)
        {
            _listener = new MeterListener
            {
                InstrumentPublished = (instrument, listener) =>
                {
                    if (queue.Owns(instrument.Meter))
                    {
                        listener.EnableMeasurementEvents(instrument);
                    }
                },
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            {
                if (instrument.Name == "walletgrains.audit.stored")
                {
                    Interlocked.Add(ref _stored, value);
                }
                else if (instrument.Name == "walletgrains.audit.lost")
                {
                    lock (_reasons)
                    {
                        _reasons.AddRange(Enumerable.Repeat((string)tags[0].Value!, (int)value));
                    }
                }
            });
            _listener.Start();
        }

        public long Stored => Interlocked.Read(ref _stored);

        public int Lost => Reasons.Count;

        public List<string> Reasons
        {
            get
            {
                lock (_reasons)
                {
                    return [.. _reasons];
                }
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
