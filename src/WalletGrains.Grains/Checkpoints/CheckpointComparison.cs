using System.Security.Cryptography;
using WalletGrains.Contracts.Verification;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Signing;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Verifying;

namespace WalletGrains.Grains.Checkpoints;

/// <summary>
/// Compares histories with a checkpoint file: at each version in it, a wallet must still have the hash it had then. Together with
/// the verification of the chain this proves that nothing up to the checkpoint was changed since.
/// </summary>
public sealed class CheckpointComparison(StoredHistories histories)
{
    private const int LinesPerRead = 1_000;

    /// <summary>Whether the file is what was signed.</summary>
    /// <exception cref="IOException">The file or its signature cannot be read.</exception>
    /// <exception cref="ArgumentException">The key is none.</exception>
    public static async Task<bool> IsSignedAsync(string path, string publicKeyPem, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var sha256 = await SHA256.HashDataAsync(file, cancellationToken);
        return BookSigner.IsSignedBy(publicKeyPem, sha256, await File.ReadAllBytesAsync(path + CheckpointWriter.SignatureEnding, cancellationToken));
    }

    /// <summary>Compares every wallet of the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="only">Only these wallets; empty for all.</param>
    /// <param name="report">Called for each wallet that has another history now.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>When the checkpoint was taken, and how many of its wallets were compared.</returns>
    /// <exception cref="FormatException">The file is not a whole checkpoint.</exception>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    public async Task<(DateTimeOffset TakenAt, long Wallets)> CompareAsync(
        string path, IReadOnlyCollection<Guid> only, Action<WalletVerdict> report, CancellationToken cancellationToken)
    {
        using var file = new StreamReader(path);
        var takenAt = CheckpointText.ReadFirst(await file.ReadLineAsync(cancellationToken));
        var (read, compared) = (0L, 0L);
        var batch = new List<HeadPosition>(LinesPerRead);
        while (true)
        {
            var head = CheckpointText.Read(await file.ReadLineAsync(cancellationToken), read);
            if (head is not null)
            {
                read++;
                if (only.Count == 0 || only.Contains(head.WalletId))
                {
                    batch.Add(head);
                }
            }

            if (batch.Count == LinesPerRead || (head is null && batch.Count > 0))
            {
                await CompareAsync(batch, takenAt, report, cancellationToken);
                compared += batch.Count;
                batch.Clear();
            }

            if (head is null)
            {
                return (takenAt, compared);
            }
        }
    }

    private async Task CompareAsync(List<HeadPosition> batch, DateTimeOffset takenAt, Action<WalletVerdict> report, CancellationToken cancellationToken)
    {
        var places = await histories.ReadPlacesAsync([.. batch.Select(head => (head.WalletId, head.Version))], cancellationToken);
        foreach (var (then, now) in batch.Zip(places))
        {
            if (DifferenceOf(then, now) is (var version, var difference))
            {
                report(new WalletVerdict(then.WalletId, 0, version, $"{difference} since the checkpoint of {takenAt:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}"));
            }
        }
    }

    private static (long Version, string Difference)? DifferenceOf(HeadPosition then, StoredPlace now)
    {
        if (now.Head is null)
        {
            return (then.Version, "the wallet was removed");
        }

        if (then.Version > 0 && now.Hash is null)
        {
            var first = now.NewestVersion + 1;
            return (first, first == then.Version ? "the entry was removed" : $"it and all up to version {then.Version} were removed");
        }

        var hash = then.Version > 0 ? now.Hash : Opening(now.Head);
        return hash is null || !hash.Value.Span.SequenceEqual(then.Hash.Span) ? (then.Version, "the history up to it was rewritten") : null;
    }

    /// <summary>The hash that a wallet begins with; null when its head row cannot even be read.</summary>
    private static ReadOnlyMemory<byte>? Opening(WalletHead head)
    {
        try
        {
            return HashChain.Begin(WalletRows.ToState(head));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return null;
        }
    }
}
