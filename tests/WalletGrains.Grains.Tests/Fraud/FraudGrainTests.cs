using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Streams;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Activity;
using WalletGrains.Grains.Fraud;
using WalletGrains.Grains.Tests.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Fraud;
using WalletGrains.Journal.Jobs;
using WalletGrains.Testing;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Fraud;

/// <summary>What looks like fraud becomes an alert, once, whatever happens to the events.</summary>
[Collection<MemoryClusterTests>]
public sealed class FraudGrainTests(MemoryCluster cluster)
{
    [Fact]
    public async Task Three_withdrawals_in_a_row_raise_an_alert_and_an_operator_resolves_it_once()
    {
        await StartRelaysAsync();
        var wallet = await cluster.OpenAsync(1_000);
        var entries = new List<Entry>();
        for (var i = 0; i < 3; i++)
        {
            entries.Add(await cluster.ExecuteAsync(wallet, new Withdraw(NewRequest(), Usd(10 + i))));
        }

        var row = await AlertOfAsync(wallet);
        Assert.Equal(("FREQUENCY", "flag", 1), (row.Rule, row.Action, row.Findings));
        Assert.Equal(entries.Select(entry => (entry.EntryId, entry.Amount.MinorUnits)), row.Evidence.Select(entry => (entry.EntryId, entry.AmountMinor)));

        var alerts = cluster.Client.GetGrain<IFraudAlertGrain>(0);
        var operatorId = Guid.NewGuid();
        var resolved = await alerts.ResolveAsync(row.AlertId, operatorId, "a customer with a habit");
        Assert.Equal((operatorId, "a customer with a habit"), (resolved!.ResolvedBy!.Value, resolved.Note));
        var again = await alerts.ResolveAsync(row.AlertId, Guid.NewGuid(), "other words");
        Assert.Equal((operatorId, resolved.Note, resolved.ResolvedAt), (again!.ResolvedBy!.Value, again.Note, again.ResolvedAt));
        Assert.Empty((await alerts.ListAsync(new FraudAlertQuery(true, wallet, null, 10))).Items);
        Assert.Single((await alerts.ListAsync(new FraudAlertQuery(false, wallet, null, 10))).Items);
        Assert.Null(await alerts.ResolveAsync(Guid.NewGuid(), operatorId, null));
    }

    [Fact]
    public async Task A_large_withdrawal_freezes_the_wallet_where_the_rule_holds()
    {
        await StartRelaysAsync();
        var wallet = await cluster.OpenAsync(5_000_000, "JPY");
        await cluster.ExecuteAsync(wallet, new Withdraw(NewRequest(), Usd(0) with { Currency = Contracts.Currency.Parse("JPY"), MinorUnits = 4_000_000 }));
        var row = await AlertOfAsync(wallet);
        Assert.Equal(("LARGE_AMOUNT", "hold"), (row.Rule, row.Action));
        await cluster.WrittenAsync<object>(async () => (await cluster.Wallet(wallet).GetAsync())!.Status is WalletStatus.Frozen ? row : null);
        var frozen = Assert.Single(
            await cluster.Journal.ReadEntriesAsync(new EntryQuery(wallet, long.MaxValue, 10, ["FREEZE"]), TestContext.Current.CancellationToken));
        Assert.Equal($"f:{row.AlertId:N}/hold/1", frozen.RequestId);

        // Who lets it go without a word about the alert has decided about what was known, not about what comes.
        await cluster.ExecuteAsync(wallet, new UnfreezeWallet(NewRequest(), null));
        await cluster.ExecuteAsync(wallet, new Deposit(NewRequest(), new Money(4_000_000, Contracts.Currency.Parse("JPY"))));
        await cluster.ExecuteAsync(wallet, new Withdraw(NewRequest(), new Money(4_000_000, Contracts.Currency.Parse("JPY"))));
        await cluster.WrittenAsync<object>(async () => (await cluster.Wallet(wallet).GetAsync())!.Status is WalletStatus.Frozen ? row : null);
        Assert.Equal(2, (await cluster.Journal.ReadEntriesAsync(new EntryQuery(wallet, long.MaxValue, 10, ["FREEZE"]), TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task Alerts_that_a_retry_raises_are_told_like_others()
    {
        var told = new Signal("the alert was told");
        var wallet = await cluster.OpenAsync(1_000);
        var withdrawn = await cluster.ExecuteAsync(wallet, new Withdraw(NewRequest(), Usd(500)));
        var stream = cluster.Client.GetStreamProvider(ActivityStreams.Provider).GetStream<FraudAlert>(StreamId.Create(FraudStreams.Alerts, 0));
        var subscription = await stream.SubscribeAsync((alert, _) =>
        {
            if (alert.WalletId == wallet && alert.Evidence[0].EntryId == withdrawn.EntryId)
            {
                told.Raise();
            }

            return Task.CompletedTask;
        });
        try
        {
            var rules = new FraudOptions { LargeAmount = new() { Threshold = 5 } };
            var retry = new FraudRetry(
                rules, cluster.Alerts, cluster.Positions, cluster.Journal, cluster.Client, new ActivityOptions(), new IdGenerator(TimeProvider.System));
            await retry.RetryAsync(wallet, withdrawn.Version, TestContext.Current.CancellationToken);
            await told.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);
        }
        finally
        {
            await subscription.UnsubscribeAsync();
        }
    }

    [Fact]
    public async Task A_wallet_that_cannot_be_frozen_keeps_no_other_of_its_partition_from_being_frozen()
    {
        await StartRelaysAsync();
        var bad = await cluster.OpenAsync(5_000_000, "JPY");
        var good = await cluster.OpenAsync(5_000_000, "JPY");
        while (PartitionOf(good) != PartitionOf(bad))
        {
            good = await cluster.OpenAsync(5_000_000, "JPY");
        }

        var isTried = new Signal("the bad wallet was to be frozen");
        RequestId? failing = null;
        cluster.Faults.Delay(command =>
        {
            if (command is not FreezeWallet || command.RequestId != (failing ??= command.RequestId))
            {
                return Task.CompletedTask;
            }

            isTried.Raise();
            throw new InvalidOperationException("A wallet that cannot be loaded.");
        });
        try
        {
            var amount = new Money(4_000_000, Contracts.Currency.Parse("JPY"));
            await cluster.ExecuteAsync(bad, new Withdraw(NewRequest(), amount));
            await isTried.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);
            await cluster.ExecuteAsync(good, new Withdraw(NewRequest(), amount));
            await cluster.WrittenAsync<object>(async () => (await cluster.Wallet(good).GetAsync())!.Status is WalletStatus.Frozen ? good : null);
            Assert.Equal(WalletStatus.Open, (await cluster.Wallet(bad).GetAsync())!.Status);
        }
        finally
        {
            cluster.Faults.Heal();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_repeats_losses_crashes_and_two_activations_at_once_the_same_alerts_are_there_as_without(int seed)
    {
        var random = new Random(seed);
        var (journal, time) = (new MemoryJournal(), new ManualTimeProvider());
        var faults = true;
        var positions = new MemoryActivityPositions((point, _) => faults && random.Next(4) == 0
            ? throw (point is CommitPoint.Before ? new JournalUnavailableException("away") : new JournalOutcomeUnknownException("lost"))
            : Task.CompletedTask);
        var store = new MemoryFraudStore(positions, new MemoryJobStore(TimeProvider.System));
        var wallets = Enumerable.Range(0, 6).Select(_ => new WrittenWallet(journal)).ToList();
        foreach (var wallet in wallets)
        {
            await wallet.DepositAsync(100_000);
        }

        List<Activation> activations = [new(journal, positions, store, time), new(journal, positions, store, time)];
        var messages = new List<ActivityBatch>();
        for (var step = 0; step < 300; step++)
        {
            var wallet = wallets[random.Next(6)];
            wallet.Now += TimeSpan.FromSeconds(random.Next(45));
            await wallet.WithdrawAsync(random.Next(1, 100));
            var end = messages.Count == 0 ? 0 : messages[^1].To;
            messages.Add(await journal.ReadBatchAsync(new ActivityQuery(0, 1, end, 50)));
            await activations[random.Next(2)].HearAsync(messages[random.Next(Math.Max(0, messages.Count - 5), messages.Count)], writes: random.Next(3) == 0);
            time.Advance(TimeSpan.FromMilliseconds(random.Next(600)));
            if (random.Next(20) == 0)
            {
                activations[random.Next(2)] = new Activation(journal, positions, store, time);
            }
        }

        faults = false;
        await new Activation(journal, positions, store, time).HearAsync(messages[^1], writes: true);
        var calm = new MemoryActivityPositions();
        var expected = new MemoryFraudStore(calm, new MemoryJobStore(TimeProvider.System));
        await new Activation(journal, calm, expected, time).HearAsync(messages[^1], writes: true);
        Assert.Equal(await ShownAsync(expected), await ShownAsync(store));
        Assert.NotEmpty(await ShownAsync(store));
    }

    private static async Task<List<string>> ShownAsync(MemoryFraudStore store) =>
        [.. (await store.ReadAsync(null, null, null, 200, CancellationToken.None))
            .Select(alert => $"{alert.WalletId} {alert.Rule} {alert.Findings} {alert.NewestAt:O} {string.Join(',', alert.Evidence.Select(entry => entry.Version))}")
            .Order(StringComparer.Ordinal)];

    private Task<FraudAlertRow> AlertOfAsync(Guid walletId) => cluster.WrittenAsync(async () =>
        (await cluster.Alerts.ReadAsync(null, walletId, null, 1, TestContext.Current.CancellationToken)).SingleOrDefault());

    private static int PartitionOf(Guid walletId) => ActivityQuery.PartitionOf(walletId, new ActivityOptions().Partitions);

    private async Task StartRelaysAsync()
    {
        for (var partition = 0; partition < new ActivityOptions().Partitions; partition++)
        {
            await cluster.Client.GetGrain<IJournalRelayGrain>(partition).StartAsync();
        }
    }

    /// <summary>An activation of the consumer, without the runtime.</summary>
    private sealed class Activation(MemoryJournal journal, MemoryActivityPositions positions, MemoryFraudStore store, TimeProvider time)
    {
        private readonly ActivityConsumer _consumer = new(
            "fraud", 0, new FraudEffects(new FraudOptions().ToRules(), store, journal, new IdGenerator(TimeProvider.System)), journal, positions,
            new ActivityOptions { Partitions = 1 }, new ActivityMetrics(), new IdGenerator(time), time, NullLogger.Instance);

        public async Task HearAsync(ActivityBatch batch, bool writes)
        {
            await _consumer.HearAsync(batch);
            if (writes)
            {
                await Record.ExceptionAsync(_consumer.WriteAsync);
            }
        }
    }
}
