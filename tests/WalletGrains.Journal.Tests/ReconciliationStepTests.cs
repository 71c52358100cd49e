using WalletGrains.Journal.Reconciling;
using Xunit;

namespace WalletGrains.Journal.Tests;

/// <summary>Reconciliations of more entries than one statement sums.</summary>
public sealed class ReconciliationStepTests
{
    private static readonly PostingTerms Terms = new() { WalletAccountPrefix = "wallet:", TransferTypes = ["TRANSFER_OUT"], TransferOf = _ => null };

    [Fact]
    public async Task A_long_history_is_summed_in_steps_and_each_entry_once()
    {
        await using var postgres = new PostgresJournalFixture();
        await postgres.InitializeAsync();
        await AddAsync(postgres, Guid.CreateVersion7(), 150_000);
        await AddAsync(postgres, Guid.CreateVersion7(), 450_000);
        await AddAsync(postgres, Guid.CreateVersion7(), 70_000);
        var reconciliation = new PostgresReconciliation(postgres.DataSource, Terms, TimeProvider.System);

        var report = await RunAsync(reconciliation, isFull: false);
        Assert.Equal((true, 3L, 670_000L, 0L), (report.IsComplete, report.WalletsChecked, report.EntriesChecked, report.DifferenceCount));
        Assert.Equal(3, await postgres.ScalarAsync<long>("select count(*) from reconciled_wallets r join wallets w using (wallet_id) where r.version = w.version and r.balance_minor = w.balance_minor and r.hash = w.head_hash"));
        Assert.Equal(-670_000m, await postgres.ScalarAsync<decimal>("select balance_minor from account_totals"));

        report = await RunAsync(reconciliation, isFull: true);
        Assert.Equal((true, 0L, 670_000L, 0L), (report.IsComplete, report.WalletsChecked, report.EntriesChecked, report.DifferenceCount));

        await postgres.ExecuteAsync("set session_replication_role = replica; delete from entries where version = 333333; reset session_replication_role");
        Assert.Empty((await RunAsync(reconciliation, isFull: false)).Differences);
        Assert.Equal([Differences.EntriesMissing, Differences.AccountTotal], (await RunAsync(reconciliation, isFull: true)).Differences.Select(difference => difference.What));
    }

    private static Task<ReconciliationReport> RunAsync(PostgresReconciliation reconciliation, bool isFull) =>
        reconciliation.RunAsync(isFull, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);

    /// <summary>A wallet with so many deposits of one, as the reconciliation sees it.</summary>
    private static Task AddAsync(PostgresJournalFixture postgres, Guid walletId, int entries) => postgres.ExecuteAsync(
        $"""
        insert into entries
        select '{walletId}', n, gen_random_uuid(), 'c:' || n, '\x00112233445566778899aabbccddeeff', 'FUND', 1, n, 'external:cash', now(), '', sha256(n::text::bytea)
        from generate_series(1, {entries}) n;
        insert into wallets values ('{walletId}', null, 'USD', 'OPEN', {entries}, {entries}, {entries}, 0, sha256('{entries}'), now(), now());
        """);
}
