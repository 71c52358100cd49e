using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <content>Reading the head row, at the first call and whenever the tail turned out to be worth nothing.</content>
internal sealed partial class WalletPipeline
{
    /// <summary>The load under way, or a new one.</summary>
    private Task<LoadResult> LoadAsync() => _load ??= RunLoadAsync();

    private async Task<LoadResult> RunLoadAsync()
    {
        // The caller stores the task before anything here can end it.
        await Task.Yield();
        try
        {
            return await LoadAndDecideAsync();
        }
        catch (Exception e)
        {
            // Bytes that cannot be read, a rule that does not hold: every caller learns it, and the next call tries anew.
            LogLoadFailed(logger, e, walletId);
            foreach (var pending in _undecided)
            {
                Fail(pending, e);
            }

            _undecided.Clear();
            throw;
        }
        finally
        {
            _load = null;
        }
    }

    private async Task<LoadResult> LoadAndDecideAsync()
    {
        var delay = GrainLimits.FirstReloadDelay;
        while (true)
        {
            await WaitForAppendsInFlightAsync();
            AnswerExpired();
            try
            {
                var loaded = await journal.LoadAsync(walletId, CancellationToken.None);
                if (loaded is null)
                {
                    AnswerAllAbsent();
                    return LoadResult.Absent;
                }

                Adopt(loaded);
                await RememberTakenAsync();
                DecideAll();
                if (_undecided.Count == 0)
                {
                    return LoadResult.Loaded;
                }

                // An append came back at once and was not applied: read the head row again.
                continue;
            }
            catch (Exception e) when (e is JournalUnavailableException or JournalOverloadedException)
            {
                if (_undecided.Count == 0)
                {
                    return LoadResult.Unavailable;
                }
            }

            await Task.Delay(delay, time);
            delay = delay * 2 < GrainLimits.MaxReloadDelay ? delay * 2 : GrainLimits.MaxReloadDelay;
        }
    }

    /// <summary>An append in flight may still be applied, and then the head row read now would be stale. The journal bounds
    /// how long that takes.</summary>
    private async Task WaitForAppendsInFlightAsync()
    {
        while (_inFlight > 0)
        {
            _landed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _landed.Task;
        }

        _landed = null;
    }

    private void AnswerExpired()
    {
        var now = time.GetTimestamp();
        foreach (var pending in _undecided)
        {
            if (pending.Deadline <= now)
            {
                AnswerUndecided(pending, NotDecidedReason.Unavailable);
            }
        }

        _undecided.RemoveAll(pending => pending.Deadline <= now);
    }

    private void AnswerAllAbsent()
    {
        foreach (var pending in _undecided)
        {
            AnswerUndecided(pending, NotDecidedReason.WalletNotFound);
        }

        _undecided.Clear();
    }

    private void Adopt(LoadedWallet loaded)
    {
        _committed = new WalletPosition(WalletRows.ToState(loaded.Head), loaded.Head.Revision, loaded.Head.HeadHash);
        foreach (var row in loaded.RecentEntries.Reverse())
        {
            _recent.Add(RequestId.FromStored(row.RequestId), new DecidedCommand(row));
        }
    }

    /// <summary>Fetches the decisions of request ids that the journal's unique keys found and memory does not have.</summary>
    private async Task RememberTakenAsync()
    {
        foreach (var pending in _undecided.FindAll(pending => pending.RequestIdTaken))
        {
            var stored = await journal.FindDecisionAsync(walletId, pending.Command.RequestId.Value, CancellationToken.None);
            if (stored is not null)
            {
                _recent.Add(pending.Command.RequestId, DecidedCommand.FromStored(stored));
            }
        }
    }

    /// <summary>Decides everything that waits, in the order it came. One step: nothing can come in between.</summary>
    private void DecideAll()
    {
        var waiting = _undecided.OrderBy(pending => pending.Arrival).ToList();
        _undecided.Clear();
        _tail = _committed;
        foreach (var pending in waiting)
        {
            if (_recent.TryFind(pending.Command.RequestId, out var decided))
            {
                // After an unknown outcome the decision found is the caller's own, not a repeat.
                _pending.Remove(pending.Command.RequestId);
                pending.Answer(decided.AnswerTo(pending.Fingerprint, replayed: !pending.MayBeDurable));
            }
            else if (_tail is { } tail)
            {
                Append(pending, tail);
            }
            else
            {
                _undecided.Add(pending);
            }
        }
    }
}
