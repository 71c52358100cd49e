using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Audit;

/// <content>What clients are shown.</content>
internal sealed partial class Auditor
{
    /// <summary>How old a read may be while a wallet has two activations. With one, it is never old.</summary>
    private static readonly TimeSpan MaxStaleness = TimeSpan.FromDays(1);

    /// <summary>A wallet has been read.</summary>
    public void NoteRead(Guid walletId, TimeSpan sentAt, Wallet? shown)
    {
        if (!_wallets.TryGetValue(walletId, out var wallet))
        {
            Require(shown is null, () => $"A wallet that does not exist is shown as {shown}.");
            return;
        }

        if (shown is null)
        {
            Violation($"Wallet {walletId:N} is shown as not there.");
            return;
        }

        Require(shown.Version <= wallet.Entries.Count, () => $"Wallet {walletId:N} is shown at version {shown.Version} of {wallet.Entries.Count} committed ones.");
        Require(shown.BalanceMinor == wallet.BalanceAt(shown.Version), () => $"Wallet {walletId:N} had {wallet.BalanceAt(shown.Version)} at version {shown.Version}; shown is {shown.BalanceMinor}.");
        Require(shown.HeldMinor == wallet.Held, () => $"Wallet {walletId:N} is shown with {shown.HeldMinor} held.");

        var isDuplicated = DuplicatedUntil(walletId) is { } until && until >= sentAt - MaxStaleness;
        var known = wallet.AcknowledgedBy(isDuplicated ? sentAt - MaxStaleness : sentAt);
        Require(shown.Version >= known, () => $"Wallet {walletId:N} is shown at version {shown.Version}, and version {known} had been told of before.");
        wallet.Acknowledge(world.Now, shown.Version);
    }
}
