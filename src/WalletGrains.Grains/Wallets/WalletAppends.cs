using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <summary>Turns a decision into what the journal appends: encoded, hashed, with its transfer's row.</summary>
internal static class WalletAppends
{
    /// <summary>The append of a decision.</summary>
    /// <param name="command">The command that was decided.</param>
    /// <param name="fingerprint">Its fingerprint.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="before">The wallet it was decided on.</param>
    /// <param name="now">The time of the decision.</param>
    /// <returns>The append, the wallet after it, and the decision as it is answered once it is durable.</returns>
    public static (WalletAppend Append, WalletPosition After, DecidedCommand Decided) Compose(
        WalletCommand command, byte[] fingerprint, WalletDecision decision, WalletPosition before, DateTimeOffset now) =>
        decision.Event is { } happened
            ? Accept(command, fingerprint, happened, before)
            : Refuse(command, fingerprint, decision.Refusal!.Value, before, now);

    private static (WalletAppend Append, WalletPosition After, DecidedCommand Decided) Accept(
        WalletCommand command, byte[] fingerprint, WalletEvent happened, WalletPosition before)
    {
        var entry = Postings.EntryOf(before.State, happened);
        var content = EntryContent.Encode(entry);
        var hash = HashChain.Next(before.Hash.Span, content);
        var after = new WalletPosition(WalletDecider.Evolve(before.State, happened), before.Revision + 1, hash);
        var append = new WalletAppend(
            WalletRows.ToHead(after.State, after.Revision, hash),
            before.Hash,
            WalletRows.ToRow(entry, fingerprint, content, hash),
            TransferRowOf(command, before.State.WalletId, entry));
        return (append, after, new DecidedCommand(fingerprint, entry));
    }

    private static (WalletAppend Append, WalletPosition After, DecidedCommand Decided) Refuse(
        WalletCommand command, byte[] fingerprint, WalletRefusal refusal, WalletPosition before, DateTimeOffset now)
    {
        var after = before with { Revision = before.Revision + 1 };
        var append = new WalletAppend(
            WalletRows.ToHead(after.State, after.Revision, after.Hash),
            new RefusedRequest(command.RequestId.Value, fingerprint, RefusalContent.Encode(refusal), now),
            FailedTransferRowOf(command, before.State.WalletId, refusal, now));
        return (append, after, new DecidedCommand(fingerprint, refusal));
    }

    private static TransferRow? TransferRowOf(WalletCommand command, Guid walletId, Entry entry) => command switch
    {
        DebitTransfer debit => Row(debit, debit.TransferId, walletId, debit.ToWalletId, TransferState.Debited, entry.CreatedAt) with
        {
            DebitEntryId = entry.EntryId,
        },
        CreditTransfer credit => Row(credit, credit.TransferId, credit.FromWalletId, walletId, TransferState.Completed, entry.CreatedAt) with
        {
            CreditEntryId = entry.EntryId,
        },
        RefundTransfer refund => Row(refund, refund.TransferId, walletId, refund.ToWalletId, TransferState.Compensated, entry.CreatedAt) with
        {
            RefundEntryId = entry.EntryId,
            FailureCode = RefusalContent.NameOf(refund.Failure),
        },
        _ => null,
    };

    // Only a refused debit ends a transfer: a refused credit is followed by its refund. An amount that is none has no transfer.
    private static TransferRow? FailedTransferRowOf(WalletCommand command, Guid walletId, WalletRefusal refusal, DateTimeOffset at) =>
        command is DebitTransfer debit && refusal is not WalletRefusal.AmountNotPositive
            ? Row(debit, debit.TransferId, walletId, debit.ToWalletId, TransferState.Failed, at) with { FailureCode = RefusalContent.NameOf(refusal) }
            : null;

    private static TransferRow Row(WalletCommand command, Guid transferId, Guid from, Guid to, TransferState state, DateTimeOffset at) => new(
        transferId,
        from,
        to,
        command.Amount.MinorUnits,
        command.Amount.Currency.Code,
        command.Description,
        state,
        FailureCode: null,
        DebitEntryId: null,
        CreditEntryId: null,
        RefundEntryId: null,
        at,
        at);
}
