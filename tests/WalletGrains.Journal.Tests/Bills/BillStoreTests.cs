using WalletGrains.Journal.Bills;
using WalletGrains.Journal.Jobs;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Bills;

/// <summary>The contract in memory.</summary>
public sealed class MemoryBillStoreTests : BillStoreContract
{
    private readonly MemoryJobStore _jobs = new(TimeProvider.System);

    public MemoryBillStoreTests() => Store = new MemoryBillStore(_jobs);

    protected override IBillStore Store { get; }

    protected override IBillStore OtherSilo => Store;

    protected override IJobStore Jobs => _jobs;
}

/// <summary>The contract on PostgreSQL, and what becomes of it without.</summary>
public sealed class PostgresBillStoreTests(PostgresJournalFixture postgres) : BillStoreContract, IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private readonly PostgresBillStore _store = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresBillStore _otherSilo = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresJobStore _jobs = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    protected override IBillStore Store => _store;

    protected override IBillStore OtherSilo => _otherSilo;

    protected override IJobStore Jobs => _jobs;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _otherSilo.DisposeAsync();
        await _jobs.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("update bills set amount_minor = amount_minor + 1, revision = revision + 1, state = 2 where payment_id = '{0}'")]
    [InlineData("update bills set customer_reference = 'mine', revision = revision + 1, state = 2 where payment_id = '{0}'")]
    [InlineData("update bills set state = 2 where payment_id = '{0}'")]
    [InlineData("delete from bills where payment_id = '{0}'")]
    [InlineData("truncate bills")]
    public async Task What_was_asked_for_stays_and_no_payment_goes_away(string change)
    {
        var bill = NewBill();
        await CreateAsync(Store, bill);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => postgres.ExecuteAsync(change.Replace("{0}", bill.PaymentId.ToString(), StringComparison.Ordinal)));
        Assert.Equal((1_000, 0), (await Store.FindAsync(bill.PaymentId, Cancelled)) is { } found ? (found.AmountMinor, found.Revision) : default);
    }

    [Fact]
    public async Task While_the_database_is_away_nothing_is_written_and_everything_says_so()
    {
        await using var proxy = TcpProxy.To(postgres.ConnectionString);
        await using var dataSource = Npgsql.NpgsqlDataSource.Create(proxy.ConnectionStringThrough(postgres.ConnectionString));
        await using var store = new PostgresBillStore(dataSource, new JournalOptions(), TimeProvider.System);
        var bill = NewBill();
        await CreateAsync(store, bill);
        proxy.Refuses = true;
        proxy.CutNow();

        // The first statement may be sent into the connection that is cut, which nobody can know to have been in vain.
        var first = await Record.ExceptionAsync(() => CreateAsync(store, NewBill()));
        Assert.True(first is JournalUnavailableException or JournalOutcomeUnknownException, first?.ToString());
        await Assert.ThrowsAsync<JournalUnavailableException>(() => CreateAsync(store, NewBill()));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.MoveAsync(MoveOf(bill, 0, BillState.Processing), null, Cancelled));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.FindAsync(bill.PaymentId, Cancelled));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.ReadAsync(new BillListQuery(null, null, [], null, 1), Cancelled));
        Assert.Equal(BillState.Pending, (await Store.FindAsync(bill.PaymentId, Cancelled))!.State);
    }
}
