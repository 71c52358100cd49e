using System.Diagnostics;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <summary>What the domain means, as the journal's rows, and back.</summary>
internal static class WalletRows
{
    private const string OpenStatus = "OPEN";

    public static WalletHead ToHead(WalletState state, long revision, ReadOnlyMemory<byte> headHash) => new(
        state.WalletId,
        state.OwnerId,
        state.Currency.Code,
        StatusName(state.Status),
        state.Version,
        revision,
        state.BalanceMinor,
        state.HeldMinor,
        headHash,
        state.CreatedAt,
        state.UpdatedAt);

    public static WalletState ToState(WalletHead head) => new(
        head.WalletId,
        head.OwnerId,
        Currency.Parse(head.Currency),
        ParseStatus(head.Status),
        head.Version,
        head.BalanceMinor,
        head.HeldMinor,
        head.CreatedAt,
        head.UpdatedAt);

    public static Wallet ToWallet(WalletState state) => new(
        state.WalletId,
        state.OwnerId,
        state.Currency,
        state.BalanceMinor,
        state.HeldMinor,
        state.Status,
        state.Version,
        state.CreatedAt,
        state.UpdatedAt);

    public static WalletEntry ToRow(Entry entry, ReadOnlyMemory<byte> fingerprint, byte[] content, byte[] hash) => new(
        entry.WalletId,
        entry.Version,
        entry.EntryId,
        entry.RequestId.Value,
        fingerprint,
        EntryTypes.NameOf(entry.Type),
        entry.BalanceAfterMinor - entry.BalanceBeforeMinor,
        entry.BalanceAfterMinor,
        entry.CounterAccount,
        entry.CreatedAt,
        content,
        hash);

    private static string StatusName(WalletStatus status) => status switch
    {
        WalletStatus.Open => OpenStatus,
        _ => throw new UnreachableException($"Wallet status {status} has no name."),
    };

    private static WalletStatus ParseStatus(string name) => name switch
    {
        OpenStatus => WalletStatus.Open,
        _ => throw new FormatException($"'{name}' is not a wallet status."),
    };
}
