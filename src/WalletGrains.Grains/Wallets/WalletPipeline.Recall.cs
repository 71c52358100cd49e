using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <content>Repeats of what was decided before.</content>
internal sealed partial class WalletPipeline
{
    /// <summary>Looks a request id up that was decided lately, as it seems; one that was not is decided now.</summary>
    private async Task RecallAsync(PendingCommand pending)
    {
        StoredDecision? stored;
        try
        {
            stored = await journal.FindDecisionAsync(walletId, pending.Command.RequestId.Value, CancellationToken.None);
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOverloadedException)
        {
            // The load that follows waits for the journal, and looks the request id up with the head row.
            _journalFailed = true;
            if (!pending.IsAnswered)
            {
                Postpone(pending);
            }

            return;
        }
        catch (Exception e)
        {
            FailOne(pending, e);
            return;
        }

        if (pending.IsAnswered)
        {
            // Its time was over.
            return;
        }

        if (stored is null)
        {
            Decide(pending);
        }
        else
        {
            Recall(pending, stored);
        }
    }

    /// <summary>Answers with the decision found under a command's request id.</summary>
    private void Recall(PendingCommand pending, StoredDecision stored)
    {
        try
        {
            var decided = DecidedCommand.FromStored(stored);

            // After an unknown outcome the decision may be the caller's own and no repeat. A refusal has no id to tell.
            var isOwn = pending.MayBeDurable && (decided.EntryId is null || decided.EntryId == pending.EntryId);
            Settle(pending, decided, replayed: !isOwn);
        }
        catch (FormatException e)
        {
            FailOne(pending, e);
        }
    }
}
