using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Xunit;

namespace WalletGrains.Journal.Tests;

public sealed class JournalMetricsTests(PostgresJournalFixture postgres) : IClassFixture<PostgresJournalFixture>
{
    [Fact]
    public async Task Commits_and_conflicts_are_measured()
    {
        var measured = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "WalletGrains.Journal")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        void Add(string name, double value) => measured.AddOrUpdate(name, value, (_, sum) => sum + value);
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add($"{instrument.Name} {(tags.Length > 0 ? tags[0].Value : "")}", value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.Start();

        await using var journal = PostgresJournalFixture.NewJournal(postgres.DataSource);
        var wallet = await TestWallet.OpenAsync(journal);
        var stale = wallet.Copy();
        await journal.AppendAsync(wallet.Deposit(1, "r-1"));
        await journal.AppendAsync(stale.Deposit(1));
        await journal.AppendAsync(wallet.Copy().Deposit(1, "r-1"));
        listener.RecordObservableInstruments();

        // Other tests measure at the same time, so these are lower bounds.
        Assert.True(measured["walletgrains.journal.commit.size"] >= 4);
        Assert.True(measured["walletgrains.journal.commit.duration"] > 0);
        Assert.True(measured["walletgrains.journal.conflicts head_moved"] >= 1);
        Assert.True(measured["walletgrains.journal.conflicts request_id_taken"] >= 1);
        Assert.True(measured.ContainsKey("walletgrains.journal.queue.length"));
    }
}
