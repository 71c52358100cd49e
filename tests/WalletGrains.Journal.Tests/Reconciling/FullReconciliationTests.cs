using Npgsql;
using WalletGrains.Journal.Reconciling;
using Xunit;

namespace WalletGrains.Journal.Tests.Reconciling;

/// <summary>Full reconciliations that are cut off and gone on with, while ordinary ones go on.</summary>
public sealed class FullReconciliationTests
{
    /// <summary>In the order in which they are counted: three of them in one step, and then one that may be long, and the others.</summary>
    private static readonly Guid[] Wallets = [.. Enumerable.Range(1, 6).Select(Id)];

    private const int Short = 20_600;
    private const int Long = 70_200;

    [Fact]
    public async Task Ordinary_runs_go_on_between_all_its_steps_and_each_entry_counts_once()
    {
        await using var books = await OpenAsync(Long);
        var rests = 0;
        var report = await books.ReconcileInFullAsync(async rest =>
        {
            // Into each wallet, before it is counted, while it is, and afterwards; and new wallets in front of the place and behind it.
            rests = rest;
            foreach (var walletId in Wallets.Append(Id(-rest)).Append(Id(100 + rest)))
            {
                await books.AddAsync(walletId, 1 + rest, rest % 2 == 0 ? "external:cash" : "external:globus");
            }

            if (rest % 3 != 0)
            {
                var news = await books.ReconcileAsync();
                Assert.Equal((true, 0L), (news.IsComplete, news.DifferenceCount));
            }

            return true;
        });

        Assert.Equal((true, 0L), (report.IsComplete, report.DifferenceCount));
        Assert.InRange(rests, 7, 20);
        await books.ReconcileAsync();
        await books.AssertTotalsAsync();

        var all = await books.Postgres.ScalarAsync<long>("select count(*) from entries");
        Assert.InRange(report.EntriesChecked, Long + 1, all);
        report = await books.ReconcileInFullAsync();
        Assert.Equal((true, all, 0L), (report.IsComplete, report.EntriesChecked, report.DifferenceCount));
    }

    [Fact]
    public async Task One_that_ran_out_of_its_time_is_gone_on_with_and_what_it_found_is_reported_at_the_end()
    {
        await using var books = await OpenAsync(Long);
        await books.FalsifyAsync($"delete from entries where wallet_id = '{Wallets[1]}' and version = 7");

        // Bills, transfers, the first wallets, and 20,000 of 50,000.
        var first = await books.ReconcileInFullAsync(rest => Task.FromResult(rest < 4));
        Assert.Equal((false, false, 39_999L), (first.IsComplete, first.WasTooSlow, first.EntriesChecked));
        Assert.Equal([Missing(Wallets[1], 300, 299)], first.Differences);

        // What it has counted of the long one, and what it has not.
        await books.AddAsync(Wallets[3], 100);
        await books.ReconcileAsync();
        await books.FalsifyAsync($"delete from entries where wallet_id = '{Wallets[3]}' and version in (40000, 50050)");
        await books.FalsifyAsync("update account_totals set balance_minor = balance_minor - 5");
        var second = await books.ReconcileInFullAsync(_ => Task.FromResult(false));
        Assert.Equal((false, 20_000L - 1), (second.IsComplete, second.EntriesChecked));
        Assert.Equal([Missing(Wallets[1], 300, 299)], second.Differences);

        var third = await books.ReconcileInFullAsync();
        Difference[] found = [Missing(Wallets[1], 300, 299), Missing(Wallets[3], 50_100, 50_098), new(Differences.AccountTotal, "account external:cash in USD", "-70297", "-70305")];
        Assert.Equal((true, 10_299L, 3L), (third.IsComplete, third.EntriesChecked, third.DifferenceCount));
        Assert.Equal(found, third.Differences);

        // It has ended, so the next one begins anew: and finds the same.
        var next = await books.ReconcileInFullAsync();
        Assert.Equal((true, 70_297L), (next.IsComplete, next.EntriesChecked));
        Assert.Equal(found, next.Differences);
    }

    [Fact]
    public async Task A_step_that_is_cut_off_before_its_end_is_made_anew_and_counts_once()
    {
        await using var books = await OpenAsync(Long);
        await books.FalsifyAsync($"delete from entries where wallet_id = '{Wallets[1]}' and version = 7");
        foreach (var version in new[] { 0, 40_000 })
        {
            // Behind the first wallets, whose difference is found in it; and within the long one.
            await books.Postgres.ExecuteAsync(
                $"""
                create function cut_off() returns trigger language plpgsql as $$ begin raise exception 'The silo is gone.'; end $$;
                create trigger cut_off before update on full_reconciliation for each row when (new.phase = 3 and new.last_id = '{(version == 0 ? Wallets[2] : Wallets[3])}' and new.version = {version})
                execute function cut_off()
                """);
            await Assert.ThrowsAsync<JournalUnavailableException>(() => books.ReconcileInFullAsync());
            await books.Postgres.ExecuteAsync("drop function cut_off cascade");
        }

        var report = await books.ReconcileInFullAsync();
        Assert.Equal((true, 30_200L), (report.IsComplete, report.EntriesChecked));
        Assert.Equal([Missing(Wallets[1], 300, 299), new(Differences.AccountTotal, "account external:cash in USD", "-70199", "-70200")], report.Differences);
    }

    [Fact]
    public async Task What_it_found_is_reported_again_when_nobody_has_kept_it()
    {
        await using var books = await OpenAsync(Short);
        await books.FalsifyAsync($"delete from entries where wallet_id = '{Wallets[1]}' and version = 7");
        var reports = new List<ReconciliationReport>();
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => books.Reconciliation(TimeProvider.System).RunFullAsync<int>(
                PlainBooks.Budget,
                report =>
                {
                    reports.Add(report);
                    throw new InvalidOperationException("The silo is gone.");
                },
                TestContext.Current.CancellationToken));
        }

        reports.Add(await books.ReconcileInFullAsync());
        Assert.Equal([20_599L, 0, 0], reports.Select(report => report.EntriesChecked));
        Assert.All(reports, report => Assert.Equal([Differences.EntriesMissing, Differences.AccountTotal], report.Differences.Select(difference => difference.What)));
        Assert.Equal(20_599L, (await books.ReconcileInFullAsync()).EntriesChecked);
    }

    [Theory]
    [InlineData(6_000, 5_000)]
    [InlineData(625, 625)]
    public async Task A_step_that_takes_too_long_is_halved_until_it_does_not(int entriesInTime, int step)
    {
        await using var books = await OpenAsync(Long);
        await books.ReadSlowlyAsync(entriesInTime);
        var places = new List<long>();
        var report = await books.ReconcileInFullAsync(async _ =>
        {
            places.Add(await books.Postgres.ScalarAsync<long>("select version from full_reconciliation"));
            return true;
        });

        Assert.Equal((true, false, Long, 0L), (report.IsComplete, report.WasTooSlow, (int)report.EntriesChecked, report.DifferenceCount));
        Assert.Contains(step, places.Zip(places.Skip(1), (before, after) => after - before));
    }

    [Fact]
    public async Task Where_the_smallest_step_takes_too_long_it_ends_and_keeps_its_place()
    {
        await using var books = await OpenAsync(Long);
        await books.FalsifyAsync($"delete from entries where wallet_id = '{Wallets[1]}' and version = 7");
        Assert.False((await books.ReconcileInFullAsync(rest => Task.FromResult(rest < 4))).IsComplete);

        await books.ReadSlowlyAsync(624);
        for (var i = 0; i < 2; i++)
        {
            var slow = await books.ReconcileInFullAsync();
            Assert.Equal((false, true, 0L, 1L), (slow.IsComplete, slow.WasTooSlow, slow.EntriesChecked, slow.DifferenceCount));
        }

        await books.ReadSlowlyAsync(100_000);
        var report = await books.ReconcileInFullAsync();
        Assert.Equal((true, false, 30_200L, 2L), (report.IsComplete, report.WasTooSlow, report.EntriesChecked, report.DifferenceCount));
    }

    /// <summary>The first three wallets are counted when it is cut off, the others are not.</summary>
    [Theory]
    [InlineData("update account_totals set balance_minor = balance_minor - 5", "ACCOUNT_TOTAL account external:cash in USD")]
    [InlineData("delete from account_totals", "ACCOUNT_TOTAL account external:cash in USD")]
    [InlineData("update reconciled_wallets set amounts_minor = '{-7}' where wallet_id = '{0}'", "ACCOUNT_TOTAL account external:cash in USD")]
    [InlineData("update reconciled_wallets set amounts_minor = '{-7}' where wallet_id = '{4}'", "ENTRIES_CHANGED {4} account external:cash")]
    [InlineData("update reconciled_wallets set accounts = '{external:globus}' where wallet_id = '{4}'", "ENTRIES_CHANGED {4} account external:cash", "ENTRIES_CHANGED {4} account external:globus")]
    [InlineData("update reconciled_wallets set balance_minor = 7 where wallet_id = '{4}'", "ENTRIES_CHANGED {4}")]
    [InlineData("update reconciled_wallets set version = 100 where wallet_id = '{4}'", "ENTRIES_CHANGED {4}", "ACCOUNT_TOTAL account external:cash in USD")]
    [InlineData("delete from reconciled_wallets where wallet_id = '{4}'", "ACCOUNT_TOTAL account external:cash in USD")]
    [InlineData("update entries set amount_minor = 2 where wallet_id = '{4}' and version = 9", "ENTRIES_CHANGED {4}", "ACCOUNT_TOTAL account external:cash in USD")]
    [InlineData(
        "update entries set counter_account = 'external:globus' where wallet_id = '{4}' and version = 9",
        "ENTRIES_CHANGED {4} account external:cash", "ENTRIES_CHANGED {4} account external:globus", "ACCOUNT_TOTAL account external:cash in USD", "ACCOUNT_TOTAL account external:globus in USD")]
    [InlineData("delete from entries where wallet_id = '{4}' and version = 9", "ENTRIES_MISSING {4}", "ACCOUNT_TOTAL account external:cash in USD")]
    public async Task What_was_falsified_while_it_was_cut_off_is_found_by_the_one_that_goes_on(string falsification, params string[] found)
    {
        await using var books = await OpenAsync(Short);
        Assert.False((await books.ReconcileInFullAsync(rest => Task.FromResult(rest < 3))).IsComplete);
        await books.FalsifyAsync(Named(falsification));

        var report = await books.ReconcileInFullAsync();
        Assert.True(report.IsComplete);
        Assert.Equal(found.Select(Named), report.Differences.Select(difference => $"{difference.What} {difference.Where.Replace("wallet ", "", StringComparison.Ordinal)}"));

        static string Named(string text) => Enumerable.Range(0, Wallets.Length).Aggregate(text, (named, i) => named.Replace($"{{{i}}}", Wallets[i].ToString(), StringComparison.Ordinal));
    }

    /// <summary>No sooner: what is counted is not looked at again before the next one.</summary>
    [Fact]
    public async Task What_was_falsified_after_it_was_counted_is_found_by_the_next_one()
    {
        await using var books = await OpenAsync(Long);
        Assert.False((await books.ReconcileInFullAsync(rest => Task.FromResult(rest < 4))).IsComplete);
        await books.FalsifyAsync($"delete from entries where wallet_id = '{Wallets[0]}' and version = 7; delete from entries where wallet_id = '{Wallets[3]}' and version = 7");

        Assert.Empty((await books.ReconcileInFullAsync()).Differences);
        Assert.Equal(
            [Missing(Wallets[0], 300, 299), Missing(Wallets[3], 50_000, 49_999), new(Differences.AccountTotal, "account external:cash in USD", "-70198", "-70200")],
            (await books.ReconcileInFullAsync()).Differences);
    }

    [Fact]
    public async Task Books_that_are_summed_again_from_the_beginning_agree()
    {
        await using var books = await OpenAsync(Short);
        await books.FalsifyAsync("update account_totals set balance_minor = balance_minor - 5");
        Assert.False((await books.ReconcileInFullAsync(rest => Task.FromResult(rest < 3))).IsComplete);
        await books.Postgres.ExecuteAsync("truncate reconciled_wallets, account_totals, full_reconciliation");

        var report = await books.ReconcileAsync(isFull: true);
        Assert.Equal((true, 2L * Short, 0L), (report.IsComplete, report.EntriesChecked, report.DifferenceCount));
        await books.AssertTotalsAsync();
    }

    [Fact]
    public async Task One_whose_place_somebody_takes_away_says_so_and_the_next_one_begins_anew()
    {
        await using var books = await OpenAsync(Short);
        await Assert.ThrowsAsync<InvalidOperationException>(() => books.ReconcileInFullAsync(async rest =>
        {
            await (rest == 3 ? books.Postgres.ExecuteAsync("truncate full_reconciliation") : Task.CompletedTask);
            return true;
        }));
        Assert.Equal(Short, (await books.ReconcileInFullAsync()).EntriesChecked);
    }

    [Fact]
    public async Task Only_one_of_them_runs_at_a_time()
    {
        await using var books = await OpenAsync(Short);
        var others = 0;
        await books.ReconcileInFullAsync(async _ =>
        {
            await Assert.ThrowsAsync<ReconciliationBusyException>(() => books.ReconcileInFullAsync());
            others++;
            return true;
        });
        Assert.InRange(others, 4, 20);
    }

    /// <summary>A silo of before would move sums on and leave the accounts behind.</summary>
    [Fact]
    public async Task Who_knows_nothing_of_the_accounts_of_wallets_cannot_move_their_sums()
    {
        await using var books = await OpenAsync(Short);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => books.Postgres.ExecuteAsync(
            $"""
            insert into reconciled_wallets (wallet_id, version, balance_minor, hash) values ('{Wallets[0]}', 301, 301, '\x00')
            on conflict (wallet_id) do update set version = excluded.version, balance_minor = excluded.balance_minor, hash = excluded.hash
            """));
        Assert.Equal(PostgresErrorCodes.NotNullViolation, refusal.SqlState);
    }

    /// <summary>Ordinary runs, new entries, ends of the time and slow statements in any order: whatever comes, honest books agree, and a false total is found.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_happens_between_its_steps_each_entry_counts_once(int seed)
    {
        var random = new Random(seed);
        await using var books = await PlainBooks.OpenAsync();
        for (var i = 1; i <= 6; i++)
        {
            await books.AddAsync(Id(10 * i), i % 3 == 0 ? random.Next(1_500, 3_000) : random.Next(400));
        }

        await books.ReconcileAsync();
        await books.ReadSlowlyAsync(random.Next(625, 1_500));
        ReconciliationReport report;
        do
        {
            report = await books.ReconcileInFullAsync(async _ =>
            {
                if (random.Next(2) == 0)
                {
                    await books.AddAsync(Id(10 * random.Next(1, 10)), random.Next(1, 200), random.Next(2) == 0 ? "external:cash" : "external:globus");
                }

                if (random.Next(3) == 0)
                {
                    Assert.Empty((await books.ReconcileAsync()).Differences);
                }

                return random.Next(8) != 0;
            });
            Assert.Empty(report.Differences);
        }
        while (!report.IsComplete);

        Assert.Empty((await books.ReconcileAsync(isFull: true)).Differences);
        await books.AssertTotalsAsync();
        await books.FalsifyAsync("update account_totals set balance_minor = balance_minor + 1 where account = 'external:cash'");
        Assert.Equal([Differences.AccountTotal], (await books.ReconcileInFullAsync()).Differences.Select(difference => difference.What));
    }

    private static async Task<PlainBooks> OpenAsync(int entries)
    {
        var books = await PlainBooks.OpenAsync();
        foreach (var (walletId, count) in Wallets.Zip([300, 300, 19_400, entries - 20_200, 200, 0]))
        {
            await books.AddAsync(walletId, count);
        }

        Assert.Empty((await books.ReconcileAsync()).Differences);
        return books;
    }

    /// <summary>Ids in the order of numbers, also below zero.</summary>
    private static Guid Id(int number) => new(1_000 + number, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 1);

    private static Difference Missing(Guid walletId, int expected, int found) => new(Differences.EntriesMissing, $"wallet {walletId}", $"{expected}", $"{found}");
}
