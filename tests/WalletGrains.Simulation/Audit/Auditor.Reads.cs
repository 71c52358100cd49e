using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Audit;

/// <content>What clients are shown.</content>
internal sealed partial class Auditor
{
    // Only while a wallet has two activations; with one, what is shown is never old.
    private static readonly TimeSpan MaxStaleness = Limits.ReadFreshness;

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

        if (shown.Version > wallet.Entries.Count)
        {
            Violation($"Wallet {walletId:N} is shown at version {shown.Version} of {wallet.Entries.Count} committed ones.");
            return;
        }

        var standing = new Standing(shown.BalanceMinor, shown.HeldMinor, WalletStatuses.NameOf(shown.Status));
        Require(standing == wallet.StandingAt(shown.Version), () => $"Wallet {walletId:N} had {wallet.StandingAt(shown.Version)} at version {shown.Version}; shown is {standing}.");

        var isDuplicated = DuplicatedUntil(walletId) is { } until && until >= sentAt - MaxStaleness;
        var known = wallet.AcknowledgedBy(isDuplicated ? sentAt - MaxStaleness : sentAt);
        Require(shown.Version >= known, () => $"Wallet {walletId:N} is shown at version {shown.Version}, and version {known} had been told of before.");
        Coverage.Note(shown.Version < wallet.AcknowledgedBy(sentAt) ? "read, old within bounds" : "read");
        wallet.Acknowledge(world.Now, shown.Version);
    }
}
