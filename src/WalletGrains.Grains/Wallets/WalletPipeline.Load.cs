using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <content>Reading the head row, at the first call and whenever the tail turned out to be worth nothing.</content>
internal sealed partial class WalletPipeline
{
    /// <summary>The load under way, or a new one.</summary>
    private Task<LoadResult> LoadAsync() => _load ??= RunLoadAsync();

    /// <summary>The same for a reader, who waits no longer than a command does: a load goes on as long as commands wait for it.</summary>
    private async Task<LoadResult> LoadInTimeAsync()
    {
        try
        {
            return await LoadAsync().WaitAsync(Limits.DecisionDeadline, time);
        }
        catch (TimeoutException)
        {
            return LoadResult.Unavailable;
        }
    }

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
            if (_undecided.Count > 0)
            {
                // They came in a turn between the last look and this one.
                _ = LoadAsync();
            }
        }
    }

    private async Task<LoadResult> LoadAndDecideAsync()
    {
        while (true)
        {
            await WaitForAppendsInFlightAsync();
            await BackOffAsync();
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
            }
            catch (Exception e) when (e is JournalUnavailableException or JournalOverloadedException)
            {
                if (_undecided.Count == 0)
                {
                    return LoadResult.Unavailable;
                }

                _journalFailed = true;
            }
        }
    }

    /// <summary>Waits after a failure, longer each time until a commit succeeds: thousands of wallets must not storm a journal
    /// that is away, or that can be read and not written.</summary>
    private async Task BackOffAsync()
    {
        if (_journalFailed)
        {
            _journalFailed = false;
            var longer = _reloadDelay == TimeSpan.Zero ? GrainLimits.FirstReloadDelay : 2 * _reloadDelay;
            _reloadDelay = longer < GrainLimits.MaxReloadDelay ? longer : GrainLimits.MaxReloadDelay;
            await Task.Delay(_reloadDelay, time);
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
        var taken = _undecided.FindAll(pending => pending.RequestIdTaken).ConvertAll(pending => pending.Command.RequestId);
        foreach (var chunk in taken.Chunk(GrainLimits.LookUpConcurrency))
        {
            await Task.WhenAll(chunk.Select(RememberAsync));
        }
    }

    private async Task RememberAsync(RequestId requestId)
    {
        var stored = await journal.FindDecisionAsync(walletId, requestId.Value, CancellationToken.None);
        if (stored is not null)
        {
            _recent.Add(requestId, DecidedCommand.FromStored(stored));
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
                Recall(pending, decided);
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

    /// <summary>Answers with the decision found under a command's request id.</summary>
    private void Recall(PendingCommand pending, DecidedCommand decided)
    {
        // After an unknown outcome the decision may be the caller's own and no repeat. A refusal has no id to tell.
        var isOwn = pending.MayBeDurable && (decided.EntryId is null || decided.EntryId == pending.EntryId);
        try
        {
            Settle(pending, decided, replayed: !isOwn);
        }
        catch (FormatException e)
        {
            FailOne(pending, e);
        }
    }
}
