using Xunit;

namespace WalletGrains.Journal.Tests;

/// <summary>What every journal promises. Each journal runs all of it.</summary>
public abstract partial class JournalContract
{
    /// <summary>The journal under test.</summary>
    protected abstract IJournal Journal { get; }

    /// <summary>A second writer over the same data, as another silo has it.</summary>
    protected abstract IJournal OtherSilo { get; }

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The wallet's head and entries are exactly what its decisions add up to.</summary>
    private protected async Task AssertStoredAsync(TestWallet wallet)
    {
        var loaded = await Journal.LoadAsync(wallet.Id, [], Cancelled);
        Assert.NotNull(loaded);
        AssertSame(wallet.Head, loaded.Head);

        var entries = await ReadAllAsync(wallet.Id);
        Assert.Equal(wallet.Head.Version, entries.Count);
        Assert.Equal(Enumerable.Range(1, entries.Count).Select(version => (long)version), entries.Select(entry => entry.Version));
        Assert.Equal(wallet.Head.BalanceMinor, entries.Sum(entry => entry.AmountMinor));
        var previousHash = new byte[32];
        foreach (var entry in entries)
        {
            Assert.Equal(System.Security.Cryptography.SHA256.HashData([.. previousHash, .. entry.Content.Span]), entry.Hash.ToArray());
            previousHash = entry.Hash.ToArray();
        }
    }

    private protected async Task<List<WalletEntry>> ReadAllAsync(Guid walletId)
    {
        var entries = new List<WalletEntry>();
        var before = long.MaxValue;
        while (await Journal.ReadEntriesAsync(new EntryQuery(walletId, before, JournalLimits.MaxPage), Cancelled) is { Count: > 0 } page)
        {
            entries.AddRange(page);
            before = page[^1].Version;
        }

        entries.Reverse();
        return entries;
    }

    private protected static void AssertSame(WalletHead expected, WalletHead actual)
    {
        Assert.Equal(expected.HeadHash.ToArray(), actual.HeadHash.ToArray());
        Assert.Equal(expected.Details.ToArray(), actual.Details.ToArray());
        Assert.Equal(expected with { HeadHash = default, Details = default }, actual with { HeadHash = default, Details = default });
    }

    private protected static void AssertSame(WalletEntry expected, WalletEntry actual)
    {
        Assert.Equal(expected.Fingerprint.ToArray(), actual.Fingerprint.ToArray());
        Assert.Equal(expected.Content.ToArray(), actual.Content.ToArray());
        Assert.Equal(expected.Hash.ToArray(), actual.Hash.ToArray());
        Assert.Equal(
            expected with { Fingerprint = default, Content = default, Hash = default },
            actual with { Fingerprint = default, Content = default, Hash = default });
    }
}
