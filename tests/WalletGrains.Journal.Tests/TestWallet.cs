using System.Security.Cryptography;
using System.Text;

namespace WalletGrains.Journal.Tests;

/// <summary>
/// What a wallet grain knows of its wallet: the head it would leave behind. Each decision moves it on at once, as if it were
/// committed; <see cref="Copy"/> is a second activation of the same wallet.
/// </summary>
internal sealed class TestWallet
{
    private static readonly DateTimeOffset Epoch = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public TestWallet(Guid? ownerId = null, Guid? walletId = null) => Head = new WalletHead(
        walletId ?? Guid.CreateVersion7(), ownerId, "USD", "Open", 0, 0, 0, 0, new byte[32], Epoch, Epoch);

    public WalletHead Head { get; set; }

    public Guid Id => Head.WalletId;

    public static async Task<TestWallet> OpenAsync(IJournal journal, Guid? ownerId = null)
    {
        var wallet = new TestWallet(ownerId);
        Xunit.Assert.True(await journal.OpenAsync(wallet.Head));
        return wallet;
    }

    public TestWallet Copy() => new() { Head = Head };

    /// <summary>Decides a deposit, or with a negative amount a withdrawal.</summary>
    public WalletAppend Deposit(
        long amountMinor, string? requestId = null, Func<WalletEntry, TransferRow>? transfer = null, HoldRow? hold = null)
    {
        requestId ??= NewRequestId();
        var version = Head.Version + 1;
        var at = Epoch.AddSeconds(version);
        var content = Encoding.UTF8.GetBytes($$"""{"version":{{version}},"amount":{{amountMinor}},"requestId":"{{requestId}}"}""");
        var previousHash = Head.HeadHash;
        var hash = SHA256.HashData([.. previousHash.Span, .. content]);
        Head = Head with
        {
            Version = version,
            Revision = Head.Revision + 1,
            BalanceMinor = Head.BalanceMinor + amountMinor,
            HeadHash = hash,
            UpdatedAt = at,
        };
        var entry = new WalletEntry(
            Id, version, Guid.CreateVersion7(), requestId, Fingerprint(requestId), amountMinor < 0 ? "Withdrawn" : "Deposited",
            amountMinor, Head.BalanceMinor, "external:cash", at, content, hash);
        return new WalletAppend(Head, previousHash, entry, transfer?.Invoke(entry), hold);
    }

    /// <summary>Decides a refusal.</summary>
    public WalletAppend Refuse(string? requestId = null, TransferRow? transfer = null)
    {
        requestId ??= NewRequestId();
        Head = Head with { Revision = Head.Revision + 1 };
        return new WalletAppend(Head, new RefusedRequest(requestId, Fingerprint(requestId), Encoding.UTF8.GetBytes("INSUFFICIENT_FUNDS"), Epoch), transfer);
    }

    public static string NewRequestId() => Guid.NewGuid().ToString();

    public static byte[] Fingerprint(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text))[..16];
}
