using System.Globalization;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.VirtualAccounts;
using Xunit;

namespace WalletGrains.Journal.Tests.VirtualAccounts;

/// <summary>What every store of virtual accounts and of the bank's reports promises.</summary>
public abstract class VirtualAccountStoreContract
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);

    private static int s_numbers;

    private readonly string _reference = $"FT-{Guid.NewGuid():N}";

    protected abstract IVirtualAccountStore Accounts { get; }

    protected abstract IBankInbox Inbox { get; }

    protected abstract IJobStore Jobs { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_number_has_one_wallet_and_a_wallet_one_number_whoever_comes_first()
    {
        var (one, other) = (NewAccount(), NewAccount());
        Assert.True(await Accounts.TryInsertAsync(one));
        Assert.False(await Accounts.TryInsertAsync(one));
        Assert.False(await Accounts.TryInsertAsync(other with { AccountNumber = one.AccountNumber }));
        Assert.False(await Accounts.TryInsertAsync(other with { WalletId = one.WalletId }));
        Assert.Null(await Accounts.FindOfWalletAsync(other.WalletId, Cancelled));
        Assert.True(await Accounts.TryInsertAsync(other));

        Assert.Equal(one, await Accounts.FindAsync(one.AccountNumber, Cancelled));
        Assert.Equal(one, await Accounts.FindOfWalletAsync(one.WalletId, Cancelled));
        Assert.Equal(
            new[] { one, other }.ToHashSet(), (await Accounts.FindOfWalletsAsync([one.WalletId, Guid.NewGuid(), other.WalletId], Cancelled)).ToHashSet());
        Assert.Null(await Accounts.FindAsync("0000000000", Cancelled));
    }

    [Fact]
    public async Task The_first_report_of_a_payment_stands_with_its_job_and_later_ones_are_answered_with_it()
    {
        var (first, second) = (NewCredit(_reference), NewCredit(_reference) with { AmountMinor = 200 });
        Assert.Null(await Inbox.ReceiveAsync(first, JobOf(first), Cancelled));
        Assert.Equal(first, await Inbox.ReceiveAsync(second, JobOf(second), Cancelled));
        Assert.Equal(first, await Inbox.FindAsync(_reference, Cancelled));
        Assert.Equal([first], await Inbox.FindAsync([_reference, "unknown"], Cancelled));
        Assert.Equal(1, await CountJobsAsync());
    }

    [Fact]
    public async Task Once_a_payment_is_credited_nothing_is_enqueued_for_it_and_nothing_changes_it()
    {
        var credit = NewCredit(_reference);
        var job = JobOf(credit);
        Assert.Null(await Inbox.ReceiveAsync(credit, job, Cancelled));
        var entry = new BankCreditEntry(Guid.NewGuid(), Guid.NewGuid(), Now);
        await Inbox.MarkCreditedAsync(_reference, entry);
        await Inbox.MarkCreditedAsync(_reference, entry with { EntryId = Guid.NewGuid() });
        var claimed = Assert.Single(await Jobs.ClaimAsync(new JobClaim(_reference, "me", Guid.NewGuid(), TimeSpan.FromMinutes(1), 1, 1, null), Cancelled));
        await Jobs.SettleAsync(new JobSettlement(claimed.JobId, claimed.Token, JobState.Done, 1), Cancelled);
        Assert.Equal(credit with { Credit = entry }, await Inbox.ReceiveAsync(credit, JobOf(credit), Cancelled));
        Assert.Equal(0, await CountJobsAsync());
    }

    [Fact]
    public async Task Another_content_is_remembered_with_one_alert_however_often_it_is_reported()
    {
        var (first, reported) = (NewCredit(_reference), NewCredit(_reference) with { AmountMinor = 200 });
        await Inbox.ReceiveAsync(first, JobOf(first), Cancelled);
        await Inbox.ContradictAsync(reported, JobOf(reported) with { Key = "200" });
        await Inbox.ContradictAsync(reported, JobOf(reported) with { Key = "200 again" });
        await Inbox.ContradictAsync(reported with { AmountMinor = 300 }, JobOf(reported) with { Key = "300" });
        Assert.Equal(1 + 2, await CountJobsAsync());
    }

    [Fact]
    public async Task A_payment_whose_dead_letter_is_discarded_is_closed_and_stays_so()
    {
        var credit = NewCredit(_reference);
        var job = JobOf(credit);
        Assert.Null(await Inbox.ReceiveAsync(credit, job, Cancelled));
        Assert.False(await Inbox.DiscardAsync(job.JobId));
        var claimed = Assert.Single(await Jobs.ClaimAsync(new JobClaim(_reference, "me", Guid.NewGuid(), TimeSpan.FromMinutes(1), 1, 1, null), Cancelled));
        await Jobs.SettleAsync(new JobSettlement(claimed.JobId, claimed.Token, JobState.Dead, 1) { Error = "no such account" }, Cancelled);
        Assert.True(await Inbox.DiscardAsync(job.JobId));
        Assert.False(await Inbox.DiscardAsync(job.JobId));
        Assert.Equal("no such account", (await Inbox.FindAsync(_reference, Cancelled))!.Closing!.Because);
        Assert.NotNull(await Inbox.ReceiveAsync(credit, JobOf(credit), Cancelled));
        Assert.NotNull(await Inbox.ReceiveAsync(credit, JobOf(credit) with { Repeat = JobRepeat.WhenOver }, Cancelled));
        Assert.Equal(0, await CountJobsAsync());

        // Unless somebody says so by name.
        await Inbox.ReopenAsync(_reference, JobOf(credit) with { Repeat = JobRepeat.WhenOver });
        Assert.Null((await Inbox.FindAsync(_reference, Cancelled))!.Closing);
        Assert.Equal(1, await CountJobsAsync());
    }

    [Fact]
    public async Task Payments_that_were_reported_on_a_day_are_read_whatever_time_they_tell_and_so_are_those_made_on_it_page_by_page()
    {
        var day = Now.AddYears(Interlocked.Increment(ref s_numbers));
        BankCreditRow Credit(int number, TimeSpan received, DateTimeOffset occurred, short source = 1) =>
            NewCredit($"{_reference}/{number}") with { ReceivedAt = day + received, OccurredAt = occurred, Source = source };
        var credits = new[]
        {
            Credit(0, TimeSpan.FromMinutes(-10), day),
            Credit(1, TimeSpan.FromMinutes(-10), day),
            Credit(2, TimeSpan.Zero, day.AddYears(-2000)),
            Credit(3, TimeSpan.Zero, day.AddYears(2000)),

            // From the statement of another day, and a click on this one.
            Credit(4, TimeSpan.Zero, day.AddDays(-7), source: 2),
            Credit(5, TimeSpan.FromDays(7), day, source: 2),
            Credit(6, TimeSpan.FromDays(-1), day.AddDays(-1)),
        };
        foreach (var credit in credits)
        {
            await Inbox.ReceiveAsync(credit, JobOf(credit), Cancelled);
        }

        var inOrder = new[] { credits[0], credits[1], credits[2], credits[3], credits[5] };
        Assert.Equal(inOrder, await Inbox.ReadAsync(day.AddHours(-1), day.AddHours(1), null, Cancelled));
        for (var i = 0; i < inOrder.Length; i++)
        {
            Assert.Equal(inOrder[(i + 1)..], await Inbox.ReadAsync(day.AddHours(-1), day.AddHours(1), inOrder[i], Cancelled));
        }

        Assert.Equal(inOrder[..2], await Inbox.ReadAsync(day.AddHours(-1), day, null, Cancelled));
    }

    [Fact]
    public async Task The_newest_comparison_of_a_day_is_kept()
    {
        var day = DateOnly.FromDateTime(Now.AddYears(Interlocked.Increment(ref s_numbers)).UtcDateTime);
        Assert.Null(await Inbox.FindReconciliationAsync(day, Cancelled));
        await Inbox.SaveReconciliationAsync(day, Now, new byte[] { 1 });
        await Inbox.SaveReconciliationAsync(day, Now, new byte[] { 2 });
        Assert.Equal([2], await Inbox.FindReconciliationAsync(day, Cancelled));
    }

    private static VirtualAccountRow NewAccount() => new(
        Random.Shared.NextInt64(1, 10_000_000_000).ToString("D10", CultureInfo.InvariantCulture), Guid.NewGuid(), "Ada Obi", "103", "Globus Bank", "globus", "NGN", Now);

    private static BankCreditRow NewCredit(string reference) => new(reference, "0000014579", 100, "NGN", null, "rent", Now, 1, Now);

    /// <summary>Of a kind of the test's own.</summary>
    private NewJob JobOf(BankCreditRow credit) => new(Guid.CreateVersion7(), _reference, credit.Reference, ReadOnlyMemory<byte>.Empty);

    private async Task<int> CountJobsAsync() => (await Jobs.CountAsync(_reference, 10, Cancelled)).Normal;
}

/// <summary>The contract in memory.</summary>
public sealed class MemoryVirtualAccountStoreTests : VirtualAccountStoreContract
{
    private readonly MemoryJobStore _jobs = new(TimeProvider.System);

    public MemoryVirtualAccountStoreTests() => Inbox = new MemoryBankInbox(_jobs);

    protected override IVirtualAccountStore Accounts { get; } = new MemoryVirtualAccounts();

    protected override IBankInbox Inbox { get; }

    protected override IJobStore Jobs => _jobs;
}

/// <summary>The contract on PostgreSQL.</summary>
public sealed class PostgresVirtualAccountStoreTests(PostgresJournalFixture postgres) : VirtualAccountStoreContract, IClassFixture<PostgresJournalFixture>, IAsyncDisposable
{
    private readonly PostgresVirtualAccounts _accounts = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresBankInbox _inbox = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresJobStore _jobs = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    protected override IVirtualAccountStore Accounts => _accounts;

    protected override IBankInbox Inbox => _inbox;

    protected override IJobStore Jobs => _jobs;

    public async ValueTask DisposeAsync()
    {
        await _accounts.DisposeAsync();
        await _inbox.DisposeAsync();
        await _jobs.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
