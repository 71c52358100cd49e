using System.Diagnostics;
using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Checking;

/// <summary>Real time: what was acknowledged before something else was asked for comes before it in the wallet's history.</summary>
internal static class OrderRules
{
    /// <summary>How old a balance may be that the product shows: one second.</summary>
    private static readonly long ReadFreshness = Stopwatch.Frequency;

    public static IEnumerable<Finding> Check(Evidence evidence)
    {
        var wallets = TimesOf(evidence);
        foreach (var times in wallets.Values)
        {
            foreach (var version in times.Versions.Where(version => times.AskedFor(version) > times.EarliestEndAfter(version)))
            {
                yield return new Finding(Fault.Disordered, $"wallet {times.WalletId}: an entry after version {version} was acknowledged before {times.Of(version)} was asked for");
            }
        }

        foreach (var read in evidence.Reads)
        {
            var times = wallets[read.Wallet.WalletId];
            if (times.BalanceAt(read.Wallet.Version) != read.Wallet.BalanceMinor)
            {
                yield return new Finding(Fault.Drift, $"{read}: the balance at this version is {times.BalanceAt(read.Wallet.Version)}");
            }
            else if (times.LatestAskedForUpTo(read.Wallet.Version) > read.CompletedAt)
            {
                yield return new Finding(Fault.Disordered, $"{read} showed something that had not been asked for yet");
            }
            else if (read.InvokedAt - times.EarliestEndAfter(read.Wallet.Version) is var age && age > ReadFreshness)
            {
                yield return new Finding(Fault.Disordered, $"{read} missed what had been acknowledged {Stopwatch.GetElapsedTime(0, age).TotalSeconds:0.0} s before");
            }
        }
    }

    /// <summary>
    /// Reads that missed something acknowledged before they were asked for, at most a second before: a wallet shows what it
    /// remembers, and a silo that was frozen remembers old things until it asks.
    /// </summary>
    public static int CountStaleReads(Evidence evidence)
    {
        var wallets = TimesOf(evidence);
        return evidence.Reads.Count(read => wallets[read.Wallet.WalletId].EarliestEndAfter(read.Wallet.Version) < read.InvokedAt);
    }

    private static Dictionary<Guid, WalletTimes> TimesOf(Evidence evidence)
    {
        var entries = evidence.Books.Entries.ToLookup(entry => entry.WalletId);
        var byEntry = new Dictionary<Guid, OperationRecord>();
        var transfers = evidence.Books.Transfers.Where(transfer => transfer.DebitId is not null).ToDictionary(transfer => transfer.DebitId!.Value);
        foreach (var record in evidence.Operations)
        {
            foreach (var entry in evidence.Books.EntriesOf(record.Operation))
            {
                byEntry[entry.EntryId] = record;
                if (transfers.GetValueOrDefault(entry.EntryId)?.CreditId is { } credit)
                {
                    byEntry[credit] = record;
                }
            }
        }

        return evidence.Books.Heads.ToDictionary(head => head.WalletId, head => new WalletTimes(head.WalletId, [.. entries[head.WalletId]], byEntry));
    }

    /// <summary>
    /// Between which times each entry of a wallet was made, as its client knows them: after it was first asked for, before it
    /// was first acknowledged. One that nobody asked for could be of any time.
    /// </summary>
    private sealed class WalletTimes
    {
        private readonly List<BookEntry> _entries;
        private readonly OperationRecord?[] _records;
        private readonly long[] _latestAskedForUpTo;
        private readonly long[] _earliestEndAfter;

        public WalletTimes(Guid walletId, List<BookEntry> entries, Dictionary<Guid, OperationRecord> records)
        {
            WalletId = walletId;
            _entries = entries;
            _records = [null, .. entries.Select(entry => records.GetValueOrDefault(entry.EntryId))];
            _latestAskedForUpTo = new long[_records.Length];
            _earliestEndAfter = new long[_records.Length];
            for (var version = 1; version < _records.Length; version++)
            {
                _latestAskedForUpTo[version] = Math.Max(_latestAskedForUpTo[version - 1], AskedFor(version));
            }

            _earliestEndAfter[^1] = long.MaxValue;
            for (var version = _records.Length - 2; version >= 0; version--)
            {
                _earliestEndAfter[version] = Math.Min(_earliestEndAfter[version + 1], End(_records[version + 1]));
            }
        }

        public Guid WalletId { get; }

        public IEnumerable<int> Versions => Enumerable.Range(1, _entries.Count);

        public OperationRecord? Of(int version) => _records[version];

        public long AskedFor(int version) => _records[version]?.Attempts[0].InvokedAt ?? long.MinValue;

        public long LatestAskedForUpTo(long version) => _latestAskedForUpTo[Bounded(version)];

        public long EarliestEndAfter(long version) => _earliestEndAfter[Bounded(version)];

        public long? BalanceAt(long version) => version == 0 ? 0 : version <= _entries.Count ? _entries[(int)version - 1].BalanceAfterMinor : null;

        private static long End(OperationRecord? record) =>
            record?.Attempts.FirstOrDefault(attempt => attempt.Reply is Reply.Ok)?.CompletedAt ?? long.MaxValue;

        private int Bounded(long version) => (int)Math.Min(version, _entries.Count);
    }
}
