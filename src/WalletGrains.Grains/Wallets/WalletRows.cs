using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <summary>What the domain means, as the journal's rows, and back.</summary>
internal static class WalletRows
{
    public static WalletHead ToHead(WalletPosition position)
    {
        var state = position.State;
        return new(
            state.WalletId,
            state.OwnerId,
            state.Currency.Code,
            WalletStatuses.NameOf(state.Status),
            state.Version,
            position.Revision,
            state.BalanceMinor,
            state.HeldMinor,
            position.Hash,
            state.CreatedAt,
            state.UpdatedAt,
            position.Details);
    }

    public static WalletPosition ToPosition(WalletHead head) => new(ToState(head), head.Revision, head.HeadHash, head.Details);

    public static WalletState ToState(WalletHead head) => new(
        head.WalletId,
        head.OwnerId,
        Currency.Parse(head.Currency),
        WalletStatuses.Parse(head.Status),
        head.Version,
        head.BalanceMinor,
        head.HeldMinor,
        head.CreatedAt,
        head.UpdatedAt)
    {
        Details = DetailsContent.Decode(head.Details),
    };

    public static Wallet ToWallet(WalletState state) => new(
        state.WalletId,
        state.OwnerId,
        state.Currency,
        state.BalanceMinor,
        state.HeldMinor,
        state.Status,
        state.Version,
        state.CreatedAt,
        state.UpdatedAt,
        state.Details.Limits);

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
        hash)
    {
        Source = entry,
    };

    public static HoldRow? ToRow(Hold? hold, DateTimeOffset updatedAt) => hold is null ? null : new(
        hold.HoldId,
        hold.WalletId,
        hold.Amount.MinorUnits,
        hold.CapturedMinor,
        hold.Amount.Currency.Code,
        (HoldState)hold.Status,
        hold.ExpiresAt,
        hold.CreatedAt,
        updatedAt);

    public static Hold ToHold(HoldRow row) => new(
        row.HoldId,
        row.WalletId,
        new Money(row.AmountMinor, Currency.Parse(row.Currency)),
        row.CapturedMinor,
        (HoldStatus)row.State,
        row.ExpiresAt,
        row.CreatedAt);
}
