using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Reconciliation;
using WalletGrains.Grains.Tests.Wallets;
using WalletGrains.Journal.Reconciling;
using Xunit;

namespace WalletGrains.Grains.Tests.Verification;

/// <summary>What reconciliations find: each kind of difference that was planted, with what follows from it, and nothing else.</summary>
public sealed class ReconciliationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task True_books_agree_and_each_entry_is_summed_once()
    {
        await using var books = await Books.OpenAsync();
        var walletId = await books.OpenWithHistoryAsync();
        await books.OpenWithHistoryAsync("JPY");

        // The wallets, and those they exchange money with.
        const int entries = 2 * (Books.HistoryLength + 3);
        Assert.Equal((true, 4L, entries, 4L, 0L), Summary(await books.ReconcileAsync()));
        Assert.Equal((true, 0L, 0, 4L, 0L), Summary(await books.ReconcileAsync()));

        await books.DoAsync(walletId, new Deposit(WalletCluster.NewRequest(), WalletCluster.Usd(5)));
        Assert.Equal((true, 1L, 1, 4L, 0L), Summary(await books.ReconcileAsync()));
        Assert.Equal((true, 0L, entries + 1, 4L, 0L), Summary(await books.ReconcileAsync(isFull: true)));

        static (bool, long, int, long, long) Summary(ReconciliationReport report) =>
            (report.IsComplete, report.WalletsChecked, (int)report.EntriesChecked, report.TransfersChecked, report.DifferenceCount);
    }

    [Theory]
    [InlineData("update wallets set balance_minor = balance_minor + 1 where wallet_id = $1", "HEAD_BALANCE", "CURRENCY_SUM")]
    [InlineData("update wallets set version = version - 1 where wallet_id = $1", "HEAD_VERSION")]
    [InlineData("update wallets set version = version + 1, revision = revision + 1 where wallet_id = $1", "HEAD_VERSION")]
    [InlineData("update wallets set head_hash = sha256('x') where wallet_id = $1", "HEAD_HASH")]
    [InlineData("update wallets set held_minor = 0 where wallet_id = $1", "HOLDS")]
    [InlineData("delete from entries where wallet_id = $1 and version = 14", "HEAD_VERSION")]
    [InlineData("delete from entries where wallet_id = $1 and version = 6", "ENTRIES_MISSING")]
    [InlineData("delete from entries where wallet_id = $1 and version = 2", "ENTRIES_MISSING", "CURRENCY_SUM")]
    [InlineData("update entries set amount_minor = 51 where wallet_id = $1 and version = 2", "ENTRY_SUM", "CURRENCY_SUM")]
    [InlineData("update entries set balance_after_minor = 7 where wallet_id = $1 and version = 14", "ENTRY_SUM", "HEAD_BALANCE")]
    [InlineData("update holds set amount_minor = amount_minor + 1 where wallet_id = $1 and state = 1", "HOLDS")]
    [InlineData("update holds set state = 1 where wallet_id = $1 and state = 3", "HOLDS")]
    [InlineData("delete from holds where wallet_id = $1", "HOLDS")]
    [InlineData("delete from transfers where from_wallet_id = $1", "ENTRY_WITHOUT_TRANSFER", "ENTRY_WITHOUT_TRANSFER")]
    [InlineData("update transfers set amount_minor = amount_minor + 1 where from_wallet_id = $1", "TRANSFER_ENTRY")]
    [InlineData("update transfers set to_wallet_id = gen_random_uuid() where from_wallet_id = $1", "TRANSFER_ENTRY")]
    [InlineData("update transfers set state = 3 where from_wallet_id = $1", "TRANSFER_ENTRY")]
    [InlineData("update transfers set credit_entry_id = null where from_wallet_id = $1", "TRANSFER_ENTRY", "ENTRY_WITHOUT_TRANSFER")]
    [InlineData("update transfers set credit_entry_id = debit_entry_id where from_wallet_id = $1", "TRANSFER_ENTRY", "ENTRY_WITHOUT_TRANSFER")]
    [InlineData("update transfers set state = 1, credit_entry_id = null where from_wallet_id = $1", "IN_TRANSIT", "ENTRY_WITHOUT_TRANSFER")]
    [InlineData("update transfers set state = 1, credit_entry_id = null, updated_at = now() - interval '6 min' where from_wallet_id = $1", "IN_TRANSIT", "STUCK_TRANSFER", "ENTRY_WITHOUT_TRANSFER")]
    public async Task What_was_falsified_before_a_run_is_found_by_it(string falsification, params string[] found)
    {
        await using var books = await Books.OpenAsync();
        await books.OpenWithHistoryAsync();
        var walletId = await books.OpenWithHistoryAsync();
        await books.FalsifyAsync(falsification, walletId);

        var first = await books.ReconcileAsync();
        Assert.Equal(found.Order(StringComparer.Ordinal), first.Differences.Select(difference => difference.What).Order(StringComparer.Ordinal));

        // It stays found until it is put right.
        Assert.NotEmpty((await books.ReconcileAsync()).Differences);
    }

    [Theory]
    [InlineData("update wallets set balance_minor = balance_minor + 1 where wallet_id = $1", false, "HEAD_BALANCE", "CURRENCY_SUM")]
    [InlineData("update wallets set head_hash = sha256('x') where wallet_id = $1", false, "HEAD_HASH")]
    [InlineData("delete from wallets where wallet_id = $1", false, "HEAD_MISSING", "CURRENCY_SUM", "HOLDS")]
    [InlineData("update account_totals set balance_minor = 0 where account = 'external:cash' and $1 is not null", false, "CURRENCY_SUM")]
    [InlineData("update account_totals set balance_minor = 0 where account = 'external:cash' and $1 is not null", true, "CURRENCY_SUM", "ACCOUNT_TOTAL")]
    [InlineData("update account_totals set account = 'external:bank' where account = 'external:cash' and $1 is not null", true, "ACCOUNT_TOTAL", "ACCOUNT_TOTAL")]
    [InlineData("delete from entries where wallet_id = $1 and version = 2", false)]
    [InlineData("delete from entries where wallet_id = $1 and version = 2", true, "ENTRIES_MISSING", "ACCOUNT_TOTAL")]
    [InlineData("delete from entries where wallet_id = $1 and version = 6", true, "ENTRIES_MISSING")]
    [InlineData("update entries set amount_minor = 51 where wallet_id = $1 and version = 2", true, "ENTRIES_CHANGED", "ACCOUNT_TOTAL")]
    [InlineData("with head as (delete from entries where wallet_id = $1 and version > 5) update wallets set version = 5, updated_at = updated_at where wallet_id = $1", false, "ENTRIES_MISSING", "HEAD_BALANCE", "TRANSFER_ENTRY", "TRANSFER_ENTRY")]
    public async Task What_was_falsified_after_a_run_is_found_by_the_next_one_or_by_a_full_one(string falsification, bool isFull, params string[] found)
    {
        await using var books = await Books.OpenAsync();
        await books.OpenWithHistoryAsync();
        var walletId = await books.OpenWithHistoryAsync();
        Assert.Empty((await books.ReconcileAsync()).Differences);
        await books.FalsifyAsync(falsification, walletId);

        var differences = (await books.ReconcileAsync(isFull)).Differences;

        Assert.Equal(found.Order(StringComparer.Ordinal), differences.Select(difference => difference.What).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_transfer_that_waits_for_its_credit_since_a_wrong_future_is_stuck_when_its_id_is_old()
    {
        await using var books = await Books.OpenAsync();
        var walletId = await books.OpenWithHistoryAsync();
        await books.FalsifyAsync("update transfers set state = 1, credit_entry_id = null, updated_at = now() + interval '1 year' where from_wallet_id = $1", walletId);
        Assert.DoesNotContain((await books.ReconcileAsync()).Differences, difference => difference.What == "STUCK_TRANSFER");

        var later = await books.Reconciliation.RunAsync(TimeSpan.FromMinutes(2), TimeSpan.FromTicks(1), Cancelled);
        Assert.Contains(later.Differences, difference => difference.What == "STUCK_TRANSFER");
    }

    [Fact]
    public async Task Bulks_that_do_not_end_are_reported_whatever_their_legs_are()
    {
        await using var books = await Books.OpenAsync();
        var expected = new List<Difference>();
        foreach (var (state, name) in new[] { (1, "RESERVING"), (2, "POSTING"), (3, null), (4, "RELEASING"), (5, null) })
        {
            var (bulkId, at) = (Guid.CreateVersion7(), new DateTime(2026, 1, 2, 3, 4, state, DateTimeKind.Utc));
            await books.FalsifyAsync(Bulk, bulkId, state, at);
            await books.FalsifyAsync(Bulk, Guid.CreateVersion7(), state, DateTime.UtcNow.AddMinutes(-2));
            if (name is not null)
            {
                expected.Add(new Difference("STUCK_BULK", $"bulk {bulkId}", "COMPLETED or FAILED", $"{name} since 2026-01-02T03:04:0{state}.000Z"));
            }
        }

        // Of a clock that was ahead: the time of its id counts, and that of one of just now says nothing yet.
        var (old, future) = (Guid.CreateVersion7(DateTimeOffset.UtcNow.AddDays(-1)), new DateTime(2999, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        await books.FalsifyAsync(Bulk, old, 2, future);
        await books.FalsifyAsync(Bulk, Guid.CreateVersion7(), 2, future);
        expected.Add(new Difference("STUCK_BULK", $"bulk {old}", "COMPLETED or FAILED", "POSTING since 2999-01-02T03:04:05.000Z"));

        Assert.Equal(expected, (await books.ReconcileAsync()).Differences);
        Assert.Equal(expected, (await books.ReconcileAsync(isFull: true)).Differences);
    }

    /// <summary>Whoever has cut the history of a wallet and told its head row so is told of the entry that is the newest now.</summary>
    [Fact]
    public async Task After_its_newest_entries_were_removed_a_head_is_compared_with_the_newest_one_that_is_left()
    {
        await using var books = await Books.OpenAsync();
        var walletId = await books.OpenWithHistoryAsync();
        Assert.Empty((await books.ReconcileAsync()).Differences);
        await books.FalsifyAsync("delete from entries where wallet_id = $1 and version > 5", walletId);
        await books.FalsifyAsync("update wallets set version = 5, updated_at = updated_at where wallet_id = $1", walletId);

        Assert.Equal(
            [new Difference("ENTRIES_MISSING", $"wallet {walletId}", "14", "5"), new Difference("HEAD_BALANCE", $"wallet {walletId}", "900", "640")],
            (await books.ReconcileAsync()).Differences.Where(difference => difference.What is "ENTRIES_MISSING" or "HEAD_BALANCE"));

        await books.FalsifyAsync(
            "update wallets w set balance_minor = e.balance_after_minor, head_hash = e.hash from entries e where w.wallet_id = $1 and e.wallet_id = $1 and e.version = 5", walletId);
        Assert.Equal(
            ["CURRENCY_SUM", "ENTRIES_MISSING", "TRANSFER_ENTRY", "TRANSFER_ENTRY"],
            (await books.ReconcileAsync()).Differences.Select(difference => difference.What).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_clock_that_is_a_year_ahead_ends_no_comparison()
    {
        await using var books = await Books.OpenAsync();
        await books.OpenWithHistoryAsync();
        var ahead = new PostgresReconciliation(books.Cluster.DataSource, WalletPostings.Terms, new ClockAhead(TimeSpan.FromDays(365)));
        Assert.Empty((await ahead.RunAsync(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), Cancelled)).Differences);

        var walletId = await books.OpenWithHistoryAsync();
        await books.FalsifyAsync("update transfers set amount_minor = amount_minor + 1 where from_wallet_id = $1", walletId);
        Assert.Equal(["TRANSFER_ENTRY"], (await books.ReconcileAsync()).Differences.Select(difference => difference.What));
    }

    [Theory]
    [InlineData("now() + interval '1 year'", "TRANSFER_ENTRY")]
    [InlineData("now()")]
    public async Task A_mark_that_lies_ahead_is_not_believed(string mark, params string[] found)
    {
        await using var books = await Books.OpenAsync();
        var walletId = await books.OpenWithHistoryAsync();
        Assert.Empty((await books.ReconcileAsync()).Differences);

        // Of long ago, so that only a mark that is not believed makes a run look at it.
        await books.FalsifyAsync("update transfers set transfer_id = $2, amount_minor = amount_minor + 1 where from_wallet_id = $1", walletId, Guid.CreateVersion7(DateTimeOffset.UtcNow.AddDays(-1)));
        await books.FalsifyAsync($"update reconciled_transfers set up_to = {mark}");
        Assert.Equal(found, (await books.ReconcileAsync()).Differences.Select(difference => difference.What).Where(what => what == "TRANSFER_ENTRY"));
    }

    [Fact]
    public async Task A_difference_says_what_where_expected_and_found()
    {
        await using var books = await Books.OpenAsync();
        var walletId = await books.OpenWithHistoryAsync();
        await books.FalsifyAsync("update wallets set balance_minor = 1000 where wallet_id = $1", walletId);

        Assert.Equal(
            [new Difference("HEAD_BALANCE", $"wallet {walletId}", "640", "1000"), new Difference("CURRENCY_SUM", "currency USD", "0", "360")],
            (await books.ReconcileAsync()).Differences);
    }

    [Fact]
    public async Task A_transfer_that_waited_long_for_its_credit_is_no_difference()
    {
        await using var books = await Books.OpenAsync();
        var (from, to) = (await books.Cluster.OpenAsync(100), await books.Cluster.OpenAsync());
        var debit = new DebitTransfer(WalletCluster.NewRequest(), WalletCluster.Usd(40), OldId(), to);
        await books.DoAsync(from, debit);
        Assert.Empty((await books.ReconcileAsync()).Differences);
        Assert.Contains(new AccountBalance("USD", "transfers:in-transit", 40), await TrialBalanceAsync(books));

        Assert.Equal(1, await books.Cluster.Recovery.RunAsync(TimeSpan.Zero));
        Assert.Empty((await books.ReconcileAsync()).Differences);
        Assert.Empty((await books.ReconcileAsync(isFull: true)).Differences);

        // An id of last year, as a transfer would have that waited so long.
        static Guid OldId() => Guid.CreateVersion7(DateTimeOffset.UtcNow.AddDays(-365));
    }

    [Fact]
    public async Task The_accounts_of_each_currency_sum_to_zero()
    {
        await using var books = await Books.OpenAsync();
        Assert.Empty(await TrialBalanceAsync(books));
        await books.OpenWithHistoryAsync();
        await books.OpenWithHistoryAsync("BHD");
        var before = await TrialBalanceAsync(books);

        // 640 in one wallet and 730 in the other.
        Assert.Equal(
            [
                new("BHD", "external:cash", -1_370), new("BHD", "transfers:in-transit", 0), new("BHD", "wallets", 1_370),
                new("USD", "external:cash", -1_370), new("USD", "transfers:in-transit", 0), new("USD", "wallets", 1_370),
            ],
            before);
        await books.ReconcileAsync();
        Assert.Equal(before, await TrialBalanceAsync(books));
    }

    [Fact]
    public async Task Books_that_are_written_agree_at_every_moment()
    {
        await using var books = await Books.OpenAsync();
        var wallets = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => books.Cluster.OpenAsync(1_000_000)));
        using var stop = new CancellationTokenSource();
        var traffic = wallets.Select(async (walletId, i) =>
        {
            for (var n = 0; !stop.IsCancellationRequested; n++)
            {
                var amount = WalletCluster.Usd(1 + (n % 7));
                switch (n % 4)
                {
                    case 0:
                        var hold = Guid.CreateVersion7();
                        await books.DoAsync(walletId, new PlaceHold(WalletCluster.NewRequest(), amount, hold));
                        await books.DoAsync(walletId, n % 8 == 0 ? new CaptureHold(WalletCluster.NewRequest(), hold) : new ReleaseHold(WalletCluster.NewRequest(), hold));
                        break;
                    case 1:
                        await books.DoAsync(walletId, new Deposit(WalletCluster.NewRequest(), amount));
                        break;
                    default:
                        await books.TransferAsync(walletId, wallets[(i + n) % wallets.Length == i ? (i + 1) % wallets.Length : (i + n) % wallets.Length], amount);
                        break;
                }
            }
        }).ToArray();

        for (var i = 0; i < 15; i++)
        {
            Assert.Empty((await books.ReconcileAsync(isFull: i % 5 == 4)).Differences);
            Assert.Equal(0, (await TrialBalanceAsync(books)).Sum(account => account.BalanceMinor));
        }

        await stop.CancelAsync();
        await Task.WhenAll(traffic);
        Assert.Empty((await books.ReconcileAsync(isFull: true)).Differences);
    }

    [Fact]
    public async Task Only_one_reconciles_at_a_time()
    {
        await using var books = await Books.OpenAsync();
        await using (var other = await books.Cluster.DataSource.OpenConnectionAsync(Cancelled))
        {
            await using var command = other.CreateCommand();
            command.CommandText = "select pg_advisory_lock(x'77616C7265636F6E'::bigint)";
            await command.ExecuteNonQueryAsync(Cancelled);
            await Assert.ThrowsAsync<ReconciliationBusyException>(() => books.ReconcileAsync());
            command.CommandText = "select pg_advisory_unlock_all()";
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        Assert.True((await books.ReconcileAsync()).IsComplete);
    }

    [Fact]
    public async Task A_run_that_has_no_time_leaves_the_rest_to_the_next_one()
    {
        await using var books = await Books.OpenAsync();
        await books.OpenWithHistoryAsync();
        Assert.False((await books.Reconciliation.RunAsync(TimeSpan.Zero, TimeSpan.FromMinutes(5), Cancelled)).IsComplete);
        await Assert.ThrowsAsync<ReconciliationTooSlowException>(() => books.Reconciliation.GetTrialBalanceAsync(TimeSpan.Zero, Cancelled));
        Assert.Equal(Books.HistoryLength + 3, (await books.ReconcileAsync()).EntriesChecked);
    }

    /// <summary>A bulk whose legs nobody can read.</summary>
    private const string Bulk = """
        insert into bulks (bulk_id, caller_id, request_id, fingerprint, legs, state, failed_leg, failure_code, created_at, updated_at)
        values ($1, gen_random_uuid(), 'c:' || $1, '\x00112233445566778899aabbccddeeff', '\x00', $2, null, case when $2 > 3 then 'BULK_ABANDONED' end, $3, $3)
        """;

    private sealed class ClockAhead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }

    private static async Task<IReadOnlyList<AccountBalance>> TrialBalanceAsync(Books books) =>
        await books.Reconciliation.GetTrialBalanceAsync(TimeSpan.FromMinutes(1), Cancelled);
}
