using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Fraud;
using WalletGrains.Journal.Jobs;
using Xunit;

namespace WalletGrains.Journal.Tests.Fraud;

/// <summary>What every store of alerts promises.</summary>
public abstract class FraudStoreContract
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static int s_findings;

    private readonly string _consumer = $"test-{Guid.NewGuid():N}";
    private long _position;

    protected abstract IActivityPositions Positions { get; }

    protected abstract IFraudStore Store { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_finding_raises_an_alert_with_its_evidence()
    {
        var walletId = Guid.NewGuid();
        var finding = Finding(walletId, 3, 1, 2, 3);
        Assert.Equal([finding.AlertId], await WriteAsync(finding));
        var alert = (await Store.FindAsync(finding.AlertId, Cancelled))!;
        Assert.Equal(finding.Evidence, alert.Evidence);
        Assert.Equal(
            new FraudAlertRow(finding.AlertId, walletId, "FREQUENCY", "flag", "USD", finding.At, finding.At, 1, null, null, null, null, alert.Evidence), alert);
    }

    [Fact]
    public async Task What_is_found_while_an_alert_is_open_is_added_to_it()
    {
        var walletId = Guid.NewGuid();
        var first = Finding(walletId, 3, 1, 2, 3);
        await WriteAsync(first);
        Assert.Empty((await WriteAsync(Finding(walletId, 4, 2, 3, 4), Finding(walletId, 5, 3, 4, 5)))!);
        var alert = (await Store.FindAsync(first.AlertId, Cancelled))!;
        Assert.Equal((3, first.At, first.At.AddSeconds(2)), (alert.Findings, alert.RaisedAt, alert.NewestAt));
        Assert.Equal([1, 2, 3, 4, 5], alert.Evidence.Select(entry => entry.Version));
    }

    [Fact]
    public async Task What_was_found_before_is_left_out_also_when_its_alert_is_resolved()
    {
        var walletId = Guid.NewGuid();
        var first = Finding(walletId, 3, 1, 2, 3);
        await WriteAsync(first);
        Assert.Empty((await WriteAsync(Finding(walletId, 3, 1, 2, 3)))!);
        await Store.ResolveAsync(first.AlertId, Guid.NewGuid(), null, At, Cancelled);
        Assert.Empty((await WriteAsync(Finding(walletId, 3, 1, 2, 3), Finding(walletId, 3, 1, 2, 3)))!);
        Assert.Equal(1, (await Store.FindAsync(first.AlertId, Cancelled))!.Findings);

        var next = Finding(walletId, 4, 2, 3, 4);
        Assert.Equal([next.AlertId], await WriteAsync(next));
        Assert.Equal([next.AlertId, first.AlertId], (await Store.ReadAsync(null, walletId, null, 10, Cancelled)).Select(alert => alert.AlertId));
    }

    [Fact]
    public async Task What_is_found_late_is_added_like_everything_else_and_once()
    {
        var walletId = Guid.NewGuid();
        var first = Finding(walletId, 5, 4, 5);
        await WriteAsync(first);
        for (var time = 0; time < 2; time++)
        {
            Assert.Empty((await WriteAsync(Finding(walletId, 5, 3, 4, 5), Finding(walletId, 3, 2, 3), Finding(walletId, 3, 2, 3)))!);
            var alert = (await Store.FindAsync(first.AlertId, Cancelled))!;
            Assert.Equal((2, At.AddSeconds(3), At.AddSeconds(5)), (alert.Findings, alert.RaisedAt, alert.NewestAt));
            Assert.Equal([2, 3, 4, 5], alert.Evidence.Select(entry => entry.Version));
        }

        await Store.ResolveAsync(first.AlertId, Guid.NewGuid(), null, At, Cancelled);
        Assert.Single((await WriteAsync(Finding(walletId, 2, 1, 2)))!);
    }

    [Fact]
    public async Task Nothing_is_written_by_who_does_not_stand_where_it_must()
    {
        var finding = Finding(Guid.NewGuid(), 3, 1, 2, 3);
        await Positions.LoadAsync(_consumer, 0, 1, Cancelled);
        Assert.Null(await Store.WriteAsync(new PositionMove(_consumer, 0, 1, new(7, 0), 8), [finding], [], Cancelled));
        Assert.Null(await Store.FindAsync(finding.AlertId, Cancelled));
    }

    [Fact]
    public async Task The_evidence_of_an_alert_is_bounded()
    {
        var walletId = Guid.NewGuid();
        var first = Finding(walletId, 3, 1, 2, 3);
        await WriteAsync(first);
        for (var version = 4; version < 250; version += 60)
        {
            await WriteAsync([.. Enumerable.Range(version, 60).Select(each => Finding(walletId, each, each))]);
        }

        var alert = (await Store.FindAsync(first.AlertId, Cancelled))!;
        Assert.Equal(1 + (60 * 5), alert.Findings);
        Assert.Equal(PostgresFraudStore.MaxEvidence, alert.Evidence.Count);
    }

    [Fact]
    public async Task An_alert_is_resolved_once()
    {
        var finding = Finding(Guid.NewGuid(), 3, 1, 2, 3);
        await WriteAsync(finding);
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        await Store.ResolveAsync(finding.AlertId, one, "known", At, Cancelled);
        await Store.ResolveAsync(finding.AlertId, other, "other", At.AddDays(1), Cancelled);
        var alert = (await Store.FindAsync(finding.AlertId, Cancelled))!;
        Assert.Equal((At, one, "known"), (alert.ResolvedAt, alert.ResolvedBy!.Value, alert.Note));
        Assert.Contains(await Store.ReadAsync(false, finding.WalletId, null, 10, Cancelled), row => row.AlertId == alert.AlertId);
        Assert.Empty(await Store.ReadAsync(true, finding.WalletId, null, 10, Cancelled));
    }

    [Fact]
    public async Task Pages_go_on_behind_the_last_alert_of_the_page_before()
    {
        var findings = Enumerable.Range(0, 5).Select(_ => Finding(Guid.NewGuid(), 1, 1)).ToList();
        await WriteAsync([.. findings]);
        var (seen, before) = (new List<Guid>(), (Guid?)null);
        while (await Store.ReadAsync(true, null, before, 2, Cancelled) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(alert => alert.AlertId));
            before = page[^1].AlertId;
        }

        Assert.Equal(seen.OrderDescending(), seen);
        Assert.Subset(seen.ToHashSet(), findings.Select(finding => finding.AlertId).ToHashSet());
    }

    [Fact]
    public async Task Wallets_that_are_to_be_frozen_are_found_until_it_is_noted()
    {
        var finding = Finding(Guid.NewGuid(), 1, 1) with { Action = "hold" };
        await WriteAsync(finding);
        Assert.True(await IsToHoldAsync(finding));
        await Store.MarkHeldAsync(finding.AlertId, 1, At, Cancelled);
        Assert.False(await IsToHoldAsync(finding));
        Assert.Equal(At, (await Store.FindAsync(finding.AlertId, Cancelled))!.HeldAt);
    }

    [Fact]
    public async Task A_wallet_that_was_frozen_is_to_be_frozen_again_when_its_rule_fires_again()
    {
        var finding = Finding(Guid.NewGuid(), 2, 2) with { Action = "hold" };
        await WriteAsync(finding);
        await Store.MarkHeldAsync(finding.AlertId, 1, At, Cancelled);
        await WriteAsync(finding with { });
        await WriteAsync(finding with { Version = 3, Action = "flag" });
        Assert.False(await IsToHoldAsync(finding));

        await WriteAsync(finding with { Version = 1 });
        Assert.True(await IsToHoldAsync(finding));

        // Somebody froze it for what was there before this one came.
        await WriteAsync(finding with { Version = 4 });
        await Store.MarkHeldAsync(finding.AlertId, 3, At, Cancelled);
        Assert.True(await IsToHoldAsync(finding));
        await Store.MarkHeldAsync(finding.AlertId, 4, At, Cancelled);
        Assert.False(await IsToHoldAsync(finding));
    }

    [Fact]
    public async Task No_wallet_is_to_be_frozen_for_an_alert_that_is_resolved()
    {
        var finding = Finding(Guid.NewGuid(), 1, 1) with { Action = "hold" };
        await WriteAsync(finding);
        await Store.ResolveAsync(finding.AlertId, Guid.NewGuid(), null, At, Cancelled);
        Assert.False(await IsToHoldAsync(finding));
    }

    [Fact]
    public async Task An_open_alert_is_one_to_hold_from_the_first_finding_on_that_says_so()
    {
        var walletId = Guid.NewGuid();
        var first = Finding(walletId, 1, 1);
        await WriteAsync(first);
        await WriteAsync(Finding(walletId, 2, 2) with { Action = "hold" }, Finding(walletId, 3, 3));
        await WriteAsync(Finding(walletId, 4, 4));
        Assert.Equal("hold", (await Store.FindAsync(first.AlertId, Cancelled))!.Action);
        Assert.True(await IsToHoldAsync(first));

        var other = Finding(Guid.NewGuid(), 1, 1);
        await WriteAsync(other, other with { Version = 2, Action = "hold" });
        Assert.Equal("hold", (await Store.FindAsync(other.AlertId, Cancelled))!.Action);
    }

    [Fact]
    public async Task What_is_to_be_frozen_is_found_by_partition_and_page_by_page()
    {
        var findings = Enumerable.Range(0, 12).Select(_ => Finding(Guid.NewGuid(), 1, 1) with { Action = "hold" }).ToList();
        await WriteAsync([.. findings]);
        for (var partition = 0; partition < 3; partition++)
        {
            var (seen, after) = (new List<FraudAlertRow>(), Guid.Empty);
            while (await Store.ReadToHoldAsync(partition, 3, after, 2, Cancelled) is { Count: > 0 } page)
            {
                Assert.InRange(page.Count, 1, 2);
                seen.AddRange(page);
                after = page[^1].AlertId;
            }

            Assert.Equal(seen.OrderBy(alert => alert.AlertId), seen);
            Assert.All(seen, alert => Assert.Equal(partition, ActivityQuery.PartitionOf(alert.WalletId, 3)));
            var expected = findings.Where(finding => ActivityQuery.PartitionOf(finding.WalletId, 3) == partition).Select(finding => finding.AlertId);
            Assert.Superset(expected.ToHashSet(), seen.Select(alert => alert.AlertId).ToHashSet());
        }
    }

    private async Task<bool> IsToHoldAsync(FraudFindingRow finding) =>
        (await Store.ReadToHoldAsync(0, 1, Guid.Empty, 200, Cancelled)).Any(alert => alert.AlertId == finding.AlertId);

    private async Task<IReadOnlyList<Guid>?> WriteAsync(params FraudFindingRow[] findings)
    {
        await Positions.LoadAsync(_consumer, 0, 1, Cancelled);
        return await Store.WriteAsync(new PositionMove(_consumer, 0, 1, new(_position, 0), ++_position), findings, [], Cancelled);
    }

    // Alerts are listed by their ids, so one that is made later has a later time in it.
    private static FraudFindingRow Finding(Guid walletId, long version, params long[] evidence) => new(
        Guid.CreateVersion7(At.AddMilliseconds(Interlocked.Increment(ref s_findings))), walletId, "FREQUENCY", "flag", "USD", version, At.AddSeconds(version),
        [.. evidence.Select(each => new FraudEvidenceRow(each, new Guid((int)each, 0, 0, new byte[8]), "WITHDRAW", 100 + each, At.AddSeconds(each)))]);
}

/// <summary>The contract in memory.</summary>
public sealed class MemoryFraudStoreTests : FraudStoreContract
{
    private readonly MemoryActivityPositions _positions = new();

    public MemoryFraudStoreTests() => Store = new MemoryFraudStore(_positions, new MemoryJobStore(TimeProvider.System));

    protected override IActivityPositions Positions => _positions;

    protected override IFraudStore Store { get; }
}

/// <summary>The contract on PostgreSQL.</summary>
public sealed class PostgresFraudStoreTests(PostgresJournalFixture postgres) : FraudStoreContract, IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private readonly PostgresActivityPositions _positions = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresFraudStore _store = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    protected override IActivityPositions Positions => _positions;

    protected override IFraudStore Store => _store;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _positions.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
