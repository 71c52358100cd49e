using System.Text;
using Orleans.Concurrency;
using WalletGrains.Contracts.Proofs;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Signing;

/// <summary>Receipts. A stateless worker: every silo has its own, and calls do not wait for one another.</summary>
[StatelessWorker]
[Reentrant]
public sealed class ReceiptGrain(IJournal journal, BookSigner signer) : Grain, IReceiptGrain
{
    /// <summary>What a signed text begins with, so that no signature of one kind passes for another.</summary>
    private const string Mark = "walletgrains-receipt-v1";

    /// <inheritdoc />
    public async Task<Receipt?> GetAsync(Guid walletId, long version)
    {
        var rows = await Outage.GuardAsync(() => journal.ReadEntriesAsync(new EntryQuery(walletId, version + 1, 2), CancellationToken.None));
        if (rows.Count == 0 || rows[0].Version != version)
        {
            return null;
        }

        var entry = rows[0];
        var previous = rows.Count > 1 ? rows[1].Hash.ToArray() : await OpeningAsync(walletId);
        if (!HashChain.Next(previous, entry.Content.Span).AsSpan().SequenceEqual(entry.Hash.Span))
        {
            throw new InvalidOperationException($"Entry {version} of wallet {walletId} is not what was hashed; there is no receipt for it.");
        }

        return new Receipt(entry.EntryId, entry.Content.ToArray(), previous, entry.Hash.ToArray(), Sign(entry));
    }

    /// <inheritdoc />
    public Task<SigningKey?> FindKeyAsync() =>
        Task.FromResult(signer.IsOn ? new SigningKey(signer.KeyId!, BookSigner.Algorithm, signer.PublicKeyPem!) : null);

    private SignedText? Sign(WalletEntry entry)
    {
        if (!signer.IsOn)
        {
            return null;
        }

        var text = $"{Mark} {entry.WalletId} {entry.Version} {Convert.ToBase64String(entry.Hash.Span)}";
        return new SignedText(text, signer.Sign(Encoding.UTF8.GetBytes(text)), signer.KeyId!);
    }

    private async Task<byte[]> OpeningAsync(Guid walletId)
    {
        var head = await Outage.GuardAsync(() => journal.FindHeadAsync(walletId, CancellationToken.None));
        return HashChain.Begin(WalletRows.ToState(head ?? throw new InvalidOperationException($"Wallet {walletId} has entries and no head row.")));
    }
}
