using Xunit;

namespace WalletGrains.Journal.Tests;

public abstract partial class JournalContract
{
    public static TheoryData<string> BrokenInvariants =>
    [
        "negative balance", "held above balance", "negative hold", "short head hash", "short entry hash",
        "short fingerprint", "empty request id", "request id of 1025 bytes", "NUL in the request id", "lone surrogate in the request id",
    ];

    [Theory]
    [MemberData(nameof(BrokenInvariants))]
    public async Task What_breaks_an_invariant_is_rejected_and_writes_nothing(string invariant)
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var before = wallet.Copy();

        await Assert.ThrowsAsync<JournalRejectedException>(() => Journal.AppendAsync(Break(wallet, invariant)));

        await AssertStoredAsync(before);
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(before.Deposit(1)));
    }

    private static WalletAppend Break(TestWallet wallet, string invariant)
    {
        var good = wallet.Copy().Deposit(10);
        return invariant switch
        {
            "negative balance" => wallet.Deposit(-1),
            "held above balance" => new WalletAppend(good.Head with { HeldMinor = 11 }, good.PreviousHash, good.Entry!),
            "negative hold" => new WalletAppend(good.Head with { HeldMinor = -1 }, good.PreviousHash, good.Entry!),
            "short head hash" => new WalletAppend(good.Head with { HeadHash = new byte[31] }, good.PreviousHash, good.Entry!),
            "short entry hash" => new WalletAppend(good.Head, good.PreviousHash, good.Entry! with { Hash = new byte[31] }),
            "short fingerprint" => new WalletAppend(good.Head, good.PreviousHash, good.Entry! with { Fingerprint = new byte[15] }),
            "empty request id" => wallet.Deposit(10, ""),
            "request id of 1025 bytes" => wallet.Refuse(new string('x', 1025)),
            "NUL in the request id" => wallet.Refuse("a\0b"),
            "lone surrogate in the request id" => wallet.Deposit(10, "a\ud800b"),
            _ => throw new ArgumentOutOfRangeException(nameof(invariant), invariant, "unknown"),
        };
    }
}
