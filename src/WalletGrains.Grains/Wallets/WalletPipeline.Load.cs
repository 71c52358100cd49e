using System.Collections.Immutable;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <content>Reading the head row, at the first call and whenever the tail turned out to be worth nothing.</content>
internal sealed partial class WalletPipeline
{
    private readonly Dictionary<Guid, long> _reversedMinor = [];

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
                var askedAt = time.GetTimestamp();
                var loaded = await journal.LoadAsync(walletId, CancellationToken.None);
                if (loaded is null)
                {
                    AnswerAllAbsent();
                    return LoadResult.Absent;
                }

                Adopt(loaded, askedAt);
                await RememberTakenAsync();
                await SumReversedAsync();
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

    private void Adopt(LoadedWallet loaded, long askedAt)
    {
        if (_committed is null || loaded.Head.Revision >= _committed.Revision)
        {
            // A reader's look at the journal may have come in between and brought a newer one.
            _committed = WalletRows.ToPosition(loaded.Head);
            _confirmedAt = askedAt;
        }

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

    /// <summary>
    /// Reads what was given back already of the transfers that waiting commands give back. Read after the head row, so it
    /// holds all that the head knows of; whatever is decided elsewhere after the head row moves it, and the fence notices.
    /// </summary>
    private async Task SumReversedAsync()
    {
        var transferIds = _undecided.Select(pending => pending.Command).OfType<DebitReversal>().Select(command => command.ReversedTransferId).Distinct();
        _reversedMinor.Clear();
        foreach (var chunk in transferIds.Chunk(GrainLimits.SumConcurrency))
        {
            var sums = await Task.WhenAll(chunk.Select(transferId => journal.SumReversedAsync(transferId, CancellationToken.None)));
            foreach (var (transferId, sum) in chunk.Zip(sums))
            {
                _reversedMinor.Add(transferId, sum);
            }
        }
    }

    /// <summary>Decides everything that waits, in the order it came. One step: nothing can come in between.</summary>
    private void DecideAll()
    {
        var waiting = _undecided.OrderBy(pending => pending.Arrival).ToList();
        _undecided.Clear();
        _tail = _reversedMinor.Count == 0 ? _committed : _committed! with
        {
            State = _committed.State with { ReversedMinor = _reversedMinor.ToImmutableDictionary() },
        };
        foreach (var pending in waiting)
        {
            if (_recent.TryFind(pending.Command.RequestId, out var decided))
            {
                Recall(pending, decided);
            }
            else if (_tail is { } tail && (pending.Command is not DebitReversal reversal || _reversedMinor.ContainsKey(reversal.ReversedTransferId)))
            {
                Append(pending, tail);
            }
            else
            {
                _undecided.Add(pending);
            }
        }

        if (_undecided.Count > 0)
        {
            // Those are first: what comes now waits behind them.
            _tail = null;
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
