using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
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
    /// <param name="gate">What counts it.</param>
    /// <param name="now">The time of the decision.</param>
    /// <returns>The append, the wallet after it, and the decision as it is answered once it is durable.</returns>
    public static (WalletAppend Append, WalletPosition After, DecidedCommand Decided) Compose(
        WalletCommand command, byte[] fingerprint, WalletDecision decision, WalletPosition before, FraudGate gate, DateTimeOffset now) =>
        decision.Event is { } happened
            ? Accept(command, fingerprint, happened, before, gate)
            : Refuse(command, fingerprint, decision.Refusal!.Value, before, now);

    private static (WalletAppend Append, WalletPosition After, DecidedCommand Decided) Accept(
        WalletCommand command, byte[] fingerprint, WalletEvent happened, WalletPosition before, FraudGate gate)
    {
        var state = WalletDecider.Evolve(before.State, happened);
        var entry = Postings.EntryOf(happened, before.State, state);
        var content = EntryContent.Encode(entry);
        var hash = HashChain.Next(before.Hash.Span, content);
        var after = before.After(state, hash, gate.After(before.Lately, happened, state.Version));
        var append = new WalletAppend(
            WalletRows.ToHead(after),
            before.Hash,
            WalletRows.ToRow(entry, fingerprint, content, hash),
            TransferSteps.RowOf(command, entry),
            WalletRows.ToRow(entry.Hold, entry.CreatedAt));
        return (append, after, new DecidedCommand(fingerprint, entry));
    }

    private static (WalletAppend Append, WalletPosition After, DecidedCommand Decided) Refuse(
        WalletCommand command, byte[] fingerprint, WalletRefusal refusal, WalletPosition before, DateTimeOffset now)
    {
        var after = before with { Revision = before.Revision + 1 };
        var append = new WalletAppend(
            WalletRows.ToHead(after),
            new RefusedRequest(command.RequestId.Value, fingerprint, RefusalContent.Encode(refusal), now),
            TransferSteps.FailedRowOf(command, before.State.WalletId, refusal, now));
        return (append, after, new DecidedCommand(fingerprint, refusal));
    }
}
