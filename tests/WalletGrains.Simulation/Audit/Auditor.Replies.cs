using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Audit;

/// <content>What clients ask, and what they are told.</content>
internal sealed partial class Auditor
{
    /// <summary>A client is about to ask a wallet.</summary>
    public Attempt? NoteSent(Guid walletId, RequestId requestId, Content content) =>
        _wallets.TryGetValue(walletId, out var wallet) ? wallet.Request(requestId.Value).Add(content) : null;

    /// <summary>A wallet has answered.</summary>
    public void NoteReply(Guid walletId, WalletCommand command, Attempt? attempt, WalletOutcome outcome)
    {
        NoteAnswer(outcome, (outcome as WalletOutcome.NotDecided)?.Reason, command.RequestId);
        if (attempt is null)
        {
            Require(
                outcome is WalletOutcome.NotDecided { Reason: not NotDecidedReason.RequestIdReused },
                () => $"A wallet that does not exist answers {outcome}.");
            return;
        }

        var wallet = _wallets[walletId];
        var request = wallet.Request(command.RequestId.Value);
        switch (outcome)
        {
            case WalletOutcome.Accepted accepted:
                CheckAccepted(wallet, request, attempt, accepted.Entry, accepted.Replayed);
                break;
            case WalletOutcome.Refused refused:
                CheckRefused(request, attempt, refused.Refusal, refused.Replayed);
                break;
            case WalletOutcome.NotDecided notDecided:
                CheckNotDecided(request, attempt, notDecided.Reason, notDecided.OriginalEntryId);
                break;
        }
    }

    /// <summary>A transfer has been answered.</summary>
    public void NoteReply(StartTransfer command, Attempt? attempt, TransferOutcome outcome) =>
        NoteReply(command.FromWalletId, command.RequestId, attempt, outcome, InvalidityOf(command));

    /// <summary>A reversal has been answered.</summary>
    public void NoteReply(ReverseTransfer command, Guid walletId, Attempt? attempt, TransferOutcome outcome) =>
        NoteReply(walletId, command.RequestId, attempt, outcome, InvalidityOf(command));

    private void NoteReply(Guid walletId, RequestId requestId, Attempt? attempt, TransferOutcome outcome, TransferInvalidReason? invalidity)
    {
        NoteAnswer(outcome, (object?)(outcome as TransferOutcome.NotDecided)?.Reason ?? (outcome as TransferOutcome.Invalid)?.Reason, requestId);
        if (outcome is TransferOutcome.Invalid invalid)
        {
            Require(invalid.Reason == invalidity, () => $"{requestId} is turned away as {invalid.Reason}, not as {invalidity}.");
            NoteNothingHappened(attempt);
            return;
        }

        if (attempt is null)
        {
            Require(outcome is TransferOutcome.NotDecided, () => $"A transfer from a wallet that does not exist answers {outcome}.");
            return;
        }

        var wallet = _wallets[walletId];
        var request = wallet.Request(requestId.Value);
        Require(outcome is TransferOutcome.NotDecided || invalidity is null, () => $"{request}: {invalidity} was not noticed.");
        switch (outcome)
        {
            case TransferOutcome.Completed completed:
                CheckAccepted(wallet, request, attempt, completed.Debit, completed.Replayed);
                Require(
                    _transfers.GetValueOrDefault(completed.TransferId) is { Credit: not null } done && done.Debit == request.Entry,
                    () => $"{request}: answered as completed, and the credit is not there.");
                break;
            case TransferOutcome.Refused { TransferId: { } transferId } refunded:
                var transfer = _transfers.GetValueOrDefault(transferId);
                Require(transfer is not null && transfer.Debit == request.Entry, () => $"{request}: answered with a transfer that is not its own.");
                Require(transfer?.Refund is not null, () => $"{request}: answered as refunded, and the refund is not there.");
                CheckContent(request, attempt);
                Require(transfer?.CreditRefusal == NameOf(refunded.Refusal), () => $"{request}: refunded for {transfer?.CreditRefusal}, answered as {refunded.Refusal}.");
                break;
            case TransferOutcome.Refused refused:
                CheckRefused(request, attempt, refused.Refusal, refused.Replayed);
                break;
            case TransferOutcome.NotDecided notDecided:
                CheckNotDecided(request, attempt, notDecided.Reason, notDecided.OriginalEntryId);
                break;
        }
    }

    /// <summary>The answer says that this attempt has no effect, now or later.</summary>
    public static void NoteNothingHappened(Attempt? attempt)
    {
        if (attempt is not null)
        {
            attempt.CameToNothing = true;
        }
    }

    private void CheckAccepted(WalletBook wallet, Request request, Attempt attempt, Entry answer, bool replayed)
    {
        if (request.Entry is not { } entry)
        {
            Violation($"{request}: answered as accepted, and no entry is committed.");
            return;
        }

        Require(entry.IsShownBy(answer), () => $"{request}: committed as {entry}, answered as {answer}.");
        CheckContent(request, attempt);
        CheckReplayed(request, replayed);
        wallet.Acknowledge(world.Now, entry.Version);
    }

    private void CheckRefused(Request request, Attempt attempt, WalletRefusal refusal, bool replayed)
    {
        Require(request.Refusal == NameOf(refusal), () => $"{request}: answered as refused for {refusal}, committed is {request.Refusal ?? (object?)request.Entry ?? "nothing"}.");
        CheckIsRepeat(request, replayed);
        CheckContent(request, attempt);
    }

    private void CheckContent(Request request, Attempt attempt)
    {
        Require(request.Decided.Contains(attempt.Content), () => $"{request}: asked for {attempt.Content}, answered for {string.Join(" or ", request.Decided)}.");

        // Equal answers go to equal contents only, so this is what it asked for.
        request.Decided.RemoveAll(content => content != attempt.Content);
    }

    private void CheckReplayed(Request request, bool replayed)
    {
        CheckIsRepeat(request, replayed);
        Require(replayed || ++request.FirstAnswers == 1, () => $"{request}: two answers say that they are the first.");
    }

    private void CheckIsRepeat(Request request, bool replayed)
    {
        Coverage.Note(replayed ? "answer to a repeat" : "answer to a first request");
        Require(!replayed || request.Attempts > 1 || request.IsRepeated, () => $"{request}: answered as a repeat, and it is none.");
    }

    private void CheckNotDecided(Request request, Attempt attempt, NotDecidedReason reason, Guid? originalEntryId)
    {
        switch (reason)
        {
            case NotDecidedReason.RequestIdReused:
                Require(request.IsDecided, () => $"{request}: called reused, and nothing is decided under it.");
                Require(originalEntryId == request.Entry?.EntryId, () => $"{request}: belongs to {request.Entry?.EntryId}, answered as {originalEntryId}.");
                request.Decided.Remove(attempt.Content);
                Require(request.Decided.Count > 0, () => $"{request}: called reused by the very content it was decided for, {attempt.Content}.");
                NoteNothingHappened(attempt);
                break;
            case NotDecidedReason.Overloaded or NotDecidedReason.Unavailable:
                NoteNothingHappened(attempt);
                break;
            case NotDecidedReason.OutcomeUnknown:
                break;
            default:
                Violation($"{request}: not decided because of {reason}.");
                break;
        }
    }

    private TransferInvalidReason? InvalidityOf(StartTransfer command)
    {
        if (command.FromWalletId == command.ToWalletId)
        {
            return TransferInvalidReason.SameWallet;
        }

        return !_wallets.TryGetValue(command.ToWalletId, out var receiver) ? TransferInvalidReason.ReceiverNotFound
            : receiver.Currency != command.Amount.Currency.Code ? TransferInvalidReason.ReceiverCurrencyMismatch
            : null;
    }

    private TransferInvalidReason? InvalidityOf(ReverseTransfer command) =>
        !_transfers.TryGetValue(command.TransferId, out var original) ? TransferInvalidReason.TransferNotFound
            : original is { Credit: null, Refund: null } ? null
            : original.Refund is not null || original.Reverses is not null ? TransferInvalidReason.NotReversible
            : command.Amount is { } amount && amount.Currency.Code != original.Debit.Currency ? TransferInvalidReason.TransferCurrencyMismatch
            : null;

    /// <summary>InsufficientFunds is stored as INSUFFICIENT_FUNDS.</summary>
    public static string NameOf(WalletRefusal refusal) =>
        string.Concat(refusal.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));

    private void NoteAnswer(object outcome, object? reason, RequestId requestId)
    {
        var kind = $"answer {outcome.GetType().DeclaringType!.Name}.{outcome.GetType().Name} {reason}";
        Coverage.Note(kind);
        world.Trace.Mix(kind);
        world.Trace.Mix(requestId.Value);
    }
}
