using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Statistics;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Activity;
using WalletGrains.Grains.Statistics;
using WalletGrains.Grains.Tests.Activity;
using WalletGrains.Grains.Tests.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Statistics;
using WalletGrains.Testing;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Statistics;

/// <summary>Statistics are counted by the consumer that the streams feed; each entry once, whatever happens to it.</summary>
[Collection<MemoryClusterTests>]
public sealed class StatisticsGrainTests(MemoryCluster cluster)
{
    [Fact]
    public async Task What_goes_in_and_out_is_counted_by_the_stream()
    {
        await StartRelaysAsync();
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync());
        await cluster.ExecuteAsync(from, new Withdraw(NewRequest(), Usd(30)));
        Assert.IsType<TransferOutcome.Completed>(await cluster.Transfers.TransferAsync(new StartTransfer(NewRequest(), from, to, Usd(200))));
        var holdId = Guid.CreateVersion7();
        await cluster.ExecuteAsync(from, new PlaceHold(NewRequest(), Usd(100), holdId));
        await cluster.ExecuteAsync(from, new CaptureHold(NewRequest(), holdId, Usd(40)));

        await cluster.StatisticsOfAsync(from, version: 5);
        await cluster.StatisticsOfAsync(to, version: 1);
        var query = cluster.Client.GetGrain<IStatisticsQueryGrain>(0);
        Assert.Equal(new WalletStatistics(5, 1_000, 70, 0, 200, 5, (await query.GetAsync(from)).LastActivityAt), await query.GetAsync(from));
        Assert.Equal(new WalletStatistics(1, 0, 0, 200, 0, 1, (await query.GetAsync(to)).LastActivityAt), await query.GetAsync(to));
    }

    [Fact]
    public async Task A_wallet_without_statistics_is_counted_when_somebody_asks()
    {
        var wallet = await cluster.OpenAsync(70);
        var query = cluster.Client.GetGrain<IStatisticsQueryGrain>(0);
        var counted = await query.GetAsync(wallet);
        Assert.Equal((1, 70m, 1), (counted.Version, counted.DepositedMinor, counted.TransactionCount));
        Assert.Equal(WalletStatistics.None, await query.GetAsync(await cluster.OpenAsync()));
        Assert.Equal(WalletStatistics.None, await query.GetAsync(Guid.NewGuid()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task After_repeats_losses_crashes_and_two_activations_at_once_each_entry_has_counted_once(int seed)
    {
        var random = new Random(seed);
        var (journal, time) = (new MemoryJournal(), new ManualTimeProvider());
        var faults = true;
        var positions = new MemoryActivityPositions((point, _) => faults && random.Next(4) == 0
            ? throw (point is CommitPoint.Before ? new JournalUnavailableException("away") : new JournalOutcomeUnknownException("lost"))
            : Task.CompletedTask);
        var store = new MemoryStatisticsStore(positions, new MemoryJobStore(TimeProvider.System));
        var wallets = Enumerable.Range(0, 10).Select(_ => new WrittenWallet(journal)).ToList();
        List<Activation> activations = [new(journal, positions, store, time), new(journal, positions, store, time)];
        var messages = new List<ActivityBatch>();
        for (var step = 0; step < 400; step++)
        {
            await wallets[random.Next(10)].DepositAsync(random.Next(1, 100));
            var end = messages.Count == 0 ? 0 : messages[^1].To;
            messages.Add(await journal.ReadBatchAsync(new ActivityQuery(0, 1, end, 50)));
            var activation = activations[random.Next(2)];
            await activation.HearAsync(messages[random.Next(Math.Max(0, messages.Count - 5), messages.Count)], writes: random.Next(3) == 0);
            time.Advance(TimeSpan.FromMilliseconds(random.Next(600)));
            if (random.Next(20) == 0)
            {
                activations[random.Next(2)] = new Activation(journal, positions, store, time);
            }
        }

        faults = false;
        await new Activation(journal, positions, store, time).HearAsync(messages[^1], writes: true);
        foreach (var wallet in wallets)
        {
            var expected = await StatisticsHistory.CountAsync(journal, wallet.Id, WalletStatistics.None, wallet.Version, CancellationToken.None);
            var row = await store.FindAsync([wallet.Id], CancellationToken.None);
            Assert.Equal(wallet.Version == 0 ? [] : [StatisticsRows.ToRow(wallet.Id, expected)], row);
        }
    }

    [Fact]
    public async Task History_from_before_the_positions_is_counted_with_the_first_new_entry()
    {
        var journal = new MemoryJournal();
        var positions = new MemoryActivityPositions();
        var store = new MemoryStatisticsStore(positions, new MemoryJobStore(TimeProvider.System));
        var wallet = new WrittenWallet(journal);
        for (var i = 0; i < 450; i++)
        {
            await wallet.DepositAsync(1);
        }

        var end = await journal.FindEndAsync(CancellationToken.None);
        Assert.Equal(0, (await positions.LoadAsync("statistics", 0, 1, CancellationToken.None)).Position);
        Assert.True(await positions.MoveAsync(new PositionMove("statistics", 0, 1, new(0, 0), end), CancellationToken.None));
        await wallet.DepositAsync(5);
        var page = await journal.ReadBatchAsync(new ActivityQuery(0, 1, end, 50));
        await new Activation(journal, positions, store, TimeProvider.System).HearAsync(page, writes: true);
        var row = Assert.Single(await store.FindAsync([wallet.Id], CancellationToken.None));
        Assert.Equal((451, 455m, 451), (row.Version, row.DepositedMinor, row.TransactionCount));
    }

    [Fact]
    public async Task A_correction_stays_when_the_consumer_has_counted_on_from_the_wrong_row()
    {
        var (journal, time) = (new MemoryJournal(), new ManualTimeProvider());
        var positions = new MemoryActivityPositions();
        var store = new MemoryStatisticsStore(positions, new MemoryJobStore(TimeProvider.System));
        var (wallet, right, end) = await AddWrongRowAsync(journal, positions, store);

        var consumer = new Activation(journal, positions, store, time);
        for (var i = 0; i < 3; i++)
        {
            await wallet.DepositAsync(1);
        }

        var batch = await journal.ReadBatchAsync(new ActivityQuery(0, 1, end, 50));
        await consumer.HearAsync(batch, writes: false);
        await new StatisticsRetry(store, journal).RetryAsync(wallet.Id, 1, CancellationToken.None);
        await consumer.HearAsync(batch, writes: true);
        Assert.Equal(right, Assert.Single(await store.FindAsync([wallet.Id], CancellationToken.None)));

        await consumer.HearAsync(batch, writes: true);
        var row = Assert.Single(await store.FindAsync([wallet.Id], CancellationToken.None));
        Assert.Equal((4, 13m, 4), (row.Version, row.DepositedMinor, row.TransactionCount));
    }

    [Fact]
    public async Task A_correction_stays_when_one_activation_has_counted_on_from_the_wrong_row_and_another_comes_to_where_that_one_was()
    {
        var (journal, time) = (new MemoryJournal(), new ManualTimeProvider());
        var positions = new MemoryActivityPositions();
        var store = new MemoryStatisticsStore(positions, new MemoryJobStore(TimeProvider.System));
        var (wallet, right, end) = await AddWrongRowAsync(journal, positions, store);

        var (slow, quick) = (new Activation(journal, positions, store, time), new Activation(journal, positions, store, time));
        await wallet.DepositAsync(1);
        var batch = await journal.ReadBatchAsync(new ActivityQuery(0, 1, end, 50));
        await slow.HearAsync(batch, writes: false);
        await new StatisticsRetry(store, journal).RetryAsync(wallet.Id, 1, CancellationToken.None);
        await quick.HearAsync(await journal.ReadBatchAsync(new ActivityQuery(0, 1, end - 1, 1)), writes: true);
        await slow.HearAsync(batch, writes: true);
        Assert.Equal(right, Assert.Single(await store.FindAsync([wallet.Id], CancellationToken.None)));
        await slow.HearAsync(batch, writes: true);
        var row = Assert.Single(await store.FindAsync([wallet.Id], CancellationToken.None));
        Assert.Equal((2, 11m), (row.Version, row.DepositedMinor));
    }

    [Fact]
    public async Task What_a_consumer_knows_since_its_last_write_gives_way_to_a_correction()
    {
        var (journal, time) = (new MemoryJournal(), new ManualTimeProvider());
        var positions = new MemoryActivityPositions();
        var store = new MemoryStatisticsStore(positions, new MemoryJobStore(TimeProvider.System));
        var (wallet, _, end) = await AddWrongRowAsync(journal, positions, store);

        var consumer = new Activation(journal, positions, store, time);
        await wallet.DepositAsync(1);
        await consumer.HearAsync(await journal.ReadBatchAsync(new ActivityQuery(0, 1, end, 50)), writes: true);
        Assert.Equal(78, Assert.Single(await store.FindAsync([wallet.Id], CancellationToken.None)).DepositedMinor);

        await new StatisticsRetry(store, journal).RetryAsync(wallet.Id, 1, CancellationToken.None);
        end = await journal.FindEndAsync(CancellationToken.None);
        await wallet.DepositAsync(1);
        var batch = await journal.ReadBatchAsync(new ActivityQuery(0, 1, end, 50));
        await consumer.HearAsync(batch, writes: true);
        await consumer.HearAsync(batch, writes: true);
        var row = Assert.Single(await store.FindAsync([wallet.Id], CancellationToken.None));
        Assert.Equal((3, 12m, 3), (row.Version, row.DepositedMinor, row.TransactionCount));
    }

    [Fact]
    public async Task A_wallet_that_goes_on_while_it_is_counted_anew_is_counted_on_and_in_the_end_corrected()
    {
        var positions = new MemoryActivityPositions();
        var memory = new MemoryJournal();
        var store = new MemoryStatisticsStore(positions, new MemoryJobStore(TimeProvider.System));
        var wallet = new WrittenWallet(memory);
        for (var i = 0; i < 300; i++)
        {
            await wallet.DepositAsync(1);
        }

        var wrong = StatisticsRows.ToRow(wallet.Id, await StatisticsHistory.CountAsync(memory, wallet.Id, WalletStatistics.None, 300, CancellationToken.None));
        Assert.True(await store.AddAsync(wrong with { DepositedMinor = 7 }, CancellationToken.None));
        await positions.LoadAsync("statistics", 0, 1, CancellationToken.None);
        var moves = 0;
        var busy = new Moving(store, async () =>
        {
            if (moves++ < 10)
            {
                await wallet.DepositAsync(1);
                var row = Assert.Single(await store.FindAsync([wallet.Id], CancellationToken.None));
                var moved = row with { Version = row.Version + 1, DepositedMinor = row.DepositedMinor + 1, TransactionCount = row.TransactionCount + 1 };
                Assert.True(await store.WriteAsync(new PositionMove("statistics", 0, 1, new(moves - 1, 0), moves), [moved], [], CancellationToken.None));
            }
        });
        var journal = new ScriptedJournal(memory, []);
        Assert.True(await busy.CorrectAsync(journal, wallet.Id, 300, TestContext.Current.CancellationToken));
        var corrected = Assert.Single(await store.FindAsync([wallet.Id], CancellationToken.None));
        Assert.Equal((310, 310m), (corrected.Version, corrected.DepositedMinor));
        Assert.Equal(310, journal.EntriesRead);
    }

    [Fact]
    public async Task Counting_anew_ends_when_its_time_is_over_and_when_the_wallet_never_rests()
    {
        var positions = new MemoryActivityPositions();
        var journal = new MemoryJournal();
        var store = new MemoryStatisticsStore(positions, new MemoryJobStore(TimeProvider.System));
        var wallet = new WrittenWallet(journal);
        await wallet.DepositAsync(1);
        Assert.True(await store.AddAsync(new StatisticsRow(wallet.Id, 1, 7, 0, 0, 0, 1, null), CancellationToken.None));
        using var over = new CancellationTokenSource();
        var untaken = new Moving(store, () => Task.CompletedTask) { IsRefused = true };
        await Assert.ThrowsAsync<TimeoutException>(() => untaken.CorrectAsync(journal, wallet.Id, 1, TestContext.Current.CancellationToken));
        var late = new Moving(store, over.CancelAsync) { IsRefused = true };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late.CorrectAsync(journal, wallet.Id, 1, over.Token));
    }

    [Fact]
    public async Task Statistics_of_a_busy_wallet_are_read_once()
    {
        var (journal, time) = (new MemoryJournal(), new ManualTimeProvider());
        var positions = new MemoryActivityPositions();
        var store = new CountedReads(new MemoryStatisticsStore(positions, new MemoryJobStore(TimeProvider.System)));
        var wallet = new WrittenWallet(journal);
        var consumer = new Activation(journal, positions, store, time);
        for (var end = 0L; end < 5; end++)
        {
            await wallet.DepositAsync(1);
            await consumer.HearAsync(await journal.ReadBatchAsync(new ActivityQuery(0, 1, end, 50)), writes: true);
        }

        Assert.Equal(1, store.Reads);
        Assert.Equal(5, Assert.Single(await store.FindAsync([wallet.Id], CancellationToken.None)).Version);
    }

    /// <summary>A wallet of one entry whose row is wrong, and the consumer standing behind that entry.</summary>
    private static async Task<(WrittenWallet Wallet, StatisticsRow Right, long End)> AddWrongRowAsync(
        MemoryJournal journal, MemoryActivityPositions positions, MemoryStatisticsStore store)
    {
        var wallet = new WrittenWallet(journal);
        await wallet.DepositAsync(10);
        var right = StatisticsRows.ToRow(wallet.Id, await StatisticsHistory.CountAsync(journal, wallet.Id, WalletStatistics.None, 1, CancellationToken.None));
        Assert.True(await store.AddAsync(right with { DepositedMinor = 77 }, CancellationToken.None));
        var end = await journal.FindEndAsync(CancellationToken.None);
        await positions.LoadAsync("statistics", 0, 1, CancellationToken.None);
        Assert.True(await positions.MoveAsync(new PositionMove("statistics", 0, 1, default, end), CancellationToken.None));
        return (wallet, right, end);
    }

    private async Task StartRelaysAsync()
    {
        for (var partition = 0; partition < new ActivityOptions().Partitions; partition++)
        {
            await cluster.Client.GetGrain<IJournalRelayGrain>(partition).StartAsync();
        }
    }

    /// <summary>An activation of the consumer, without the runtime.</summary>
    private sealed class Activation(MemoryJournal journal, MemoryActivityPositions positions, IStatisticsStore store, TimeProvider time)
    {
        private readonly ActivityConsumer _consumer = new(
            "statistics", 0, new StatisticsEffects(store, journal), journal, positions, new ActivityOptions { Partitions = 1 }, new ActivityMetrics(),
            new IdGenerator(time), time, NullLogger.Instance);

        public async Task HearAsync(ActivityBatch batch, bool writes)
        {
            await _consumer.HearAsync(batch);
            if (writes)
            {
                await Record.ExceptionAsync(_consumer.WriteAsync);
            }
        }
    }

    /// <summary>A store in which something happens before each correction.</summary>
    private sealed class Moving(IStatisticsStore store, Func<Task> before) : IStatisticsStore
    {
        public bool IsRefused { get; init; }

        public Task<IReadOnlyList<StatisticsRow>> FindAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return store.FindAsync(walletIds, cancellationToken);
        }

        public Task<bool> WriteAsync(PositionMove move, IReadOnlyList<StatisticsRow> rows, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
            store.WriteAsync(move, rows, jobs, cancellationToken);

        public Task<bool> AddAsync(StatisticsRow row, CancellationToken cancellationToken) => store.AddAsync(row, cancellationToken);

        public async Task<bool> CorrectAsync(string consumer, StatisticsRow row, CancellationToken cancellationToken)
        {
            await before();
            return !IsRefused && await store.CorrectAsync(consumer, row, cancellationToken);
        }
    }

    private sealed class CountedReads(IStatisticsStore store) : IStatisticsStore
    {
        public int Reads { get; private set; }

        public Task<IReadOnlyList<StatisticsRow>> FindAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken)
        {
            Reads++;
            return store.FindAsync(walletIds, cancellationToken);
        }

        public Task<bool> WriteAsync(PositionMove move, IReadOnlyList<StatisticsRow> rows, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
            store.WriteAsync(move, rows, jobs, cancellationToken);

        public Task<bool> AddAsync(StatisticsRow row, CancellationToken cancellationToken) => store.AddAsync(row, cancellationToken);

        public Task<bool> CorrectAsync(string consumer, StatisticsRow row, CancellationToken cancellationToken) =>
            store.CorrectAsync(consumer, row, cancellationToken);
    }
}
