using System.Collections.Immutable;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Fraud;
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
                var loaded = await journal.LoadAsync(walletId, AskedRequestIds(), CancellationToken.None);
                if (loaded is null)
                {
                    AnswerAllAbsent();
                    return LoadResult.Absent;
                }

                var position = Adopt(loaded.Head, askedAt);
                await SumReversedAsync();
                DecideAll(position with { Lately = await ReadLatelyAsync(position.State) }, loaded.Decisions);
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

    /// <returns>The newest position known, which decisions are made on.</returns>
    private WalletPosition Adopt(WalletHead head, long askedAt)
    {
        if (_committed is null || head.Revision >= _committed.Revision)
        {
            // A reader's look at the journal may have come in between and brought a newer one.
            _committed = WalletRows.ToPosition(head);
            _confirmedAt = askedAt;
        }

        return _committed;
    }

    /// <summary>The request ids of what waits, those first of which it is known that they are, or may be, durable.</summary>
    private string[] AskedRequestIds() =>
    [
        .. _undecided
            .OrderBy(pending => pending.RequestIdTaken || pending.MayBeDurable ? 0 : 1)
            .Take(JournalLimits.MaxAsked)
            .Select(pending => pending.Command.RequestId.Value),
    ];

    /// <summary>
    /// Reads what was given back already of the transfers that waiting commands give back. Read after the head row, so it
    /// holds all that the head knows of; whatever is decided elsewhere after the head row moves it, and the fence notices.
    /// </summary>
    private async Task SumReversedAsync()
    {
        // A list, since more may come to wait while the sums are read.
        var transferIds = _undecided.Select(pending => pending.Command).OfType<DebitReversal>().Select(command => command.ReversedTransferId).Distinct().ToList();
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

    /// <summary>
    /// Reads what left lately, for the rule that refuses what leaves too often. Up to the version of the head row, so it is neither more nor less than
    /// that one knows of. No entry is older than the newest one, so nothing before the newest one's window will ever be asked for, whatever the clock says.
    /// </summary>
    private async Task<Withdrawals> ReadLatelyAsync(WalletState state) => gate.Counts && state.Version > 0
        ? await journal.ReadAsync(
            Withdrawals.None,
            new EntryQuery(
                walletId,
                state.Version + 1,
                JournalLimits.MaxPage,
                gate.CountedTypes,
                From: state.Version > JournalLimits.MaxPage ? state.UpdatedAt - gate.Window : null),
            gate.Reach,
            entry => gate.Seen(Postings.EventOf(entry), entry.Version),
            CancellationToken.None)
        : Withdrawals.None;

    /// <summary>
    /// Decides everything that waits, in the order it came. One step: nothing can come in between. On the position that was known
    /// before the sums were read, though a reader may have brought a newer one since: the sums may lack what that one knows of,
    /// and only the older one is refused then.
    /// </summary>
    private void DecideAll(WalletPosition position, IReadOnlyDictionary<string, StoredDecision> decisions)
    {
        var waiting = _undecided.OrderBy(pending => pending.Arrival).ToList();
        _undecided.Clear();
        _tail = _reversedMinor.Count == 0 ? position : position with
        {
            State = position.State with { ReversedMinor = _reversedMinor.ToImmutableDictionary() },
        };
        foreach (var pending in waiting)
        {
            if (decisions.TryGetValue(pending.Command.RequestId.Value, out var stored))
            {
                Recall(pending, stored);
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
}
