using System.Diagnostics;
using Microsoft.Extensions.Logging;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Clocks;

namespace WalletGrains.Grains.Wallets;

/// <summary>
/// Decides the commands of one wallet faster than they can be committed, and answers none before it is.
/// </summary>
/// <remarks>
/// <para>There are two states. <c>committed</c> is durable: reads return it. <c>tail</c> is committed plus everything in
/// flight: decisions are made on it, and it runs ahead of the journal, so many commands of one wallet share a commit.</para>
/// <para>When an append does not come back as applied, the tail is worth nothing: every append after it was made on a
/// state that never came to be. The tail is dropped, what is in flight is waited for, the head row is read again, and the
/// commands that have no answer are decided anew, in the order they came, under the same request ids. A command that was
/// durable after all is found by its request id, by the journal's unique keys. Nothing is ever concluded from a look-up
/// that finds nothing.</para>
/// <para>No caller waits longer than <see cref="Limits.DecisionDeadline"/>, whatever the journal does. A command stays
/// pending until its append has landed, also when its caller has gone: so what is in flight stays bounded.</para>
/// <para>All members run on the turns of one activation, so there are no locks; whatever happens between two awaits is one
/// step.</para>
/// </remarks>
internal sealed partial class WalletPipeline(
    Guid walletId, IJournal journal, FraudGate gate, IdGenerator ids, TimeProvider time, DeadlineClock deadlines, ILogger<WalletPipeline> logger)
{
    private readonly RecentRequests _recent = new(time);
    private readonly Dictionary<RequestId, PendingCommand> _pending = [];
    private readonly List<PendingCommand> _undecided = [];
    private WalletPosition? _committed;
    private WalletPosition? _tail;
    private int _inFlight;
    private TaskCompletionSource? _landed;
    private Task<LoadResult>? _load;
    private long _arrivals;
    private bool _journalFailed;
    private TimeSpan _reloadDelay;

    /// <summary>What asking the journal for the head row came to.</summary>
    private enum LoadResult
    {
        Loaded,
        Absent,
        Unavailable,
    }

    /// <summary>Decides a command and answers when the decision is durable, or when it cannot be for now.</summary>
    public Task<WalletOutcome> ExecuteAsync(WalletCommand command)
    {
        var fingerprint = Fingerprint.Of(command);
        return _pending.ContainsKey(command.RequestId) ? JoinAsync(command, fingerprint) : BeginAsync(command, fingerprint);
    }

    /// <summary>Waits for the request with the same id that is on its way, and takes its place if it came to nothing.</summary>
    private async Task<WalletOutcome> JoinAsync(WalletCommand command, byte[] fingerprint)
    {
        while (_pending.TryGetValue(command.RequestId, out var first))
        {
            if (first.Fingerprint.AsSpan().SequenceEqual(fingerprint))
            {
                return AsReplay(await first.Outcome);
            }

            // Whether the id is taken shows only when the first is durable.
            await first.Answered;
            if (first.Durable is { } durable)
            {
                return durable.AnswerTo(fingerprint, replayed: true);
            }

            if (first.IsInFlight)
            {
                return new WalletOutcome.NotDecided(NotDecidedReason.Unavailable);
            }
        }

        return await BeginAsync(command, fingerprint);
    }

    private Task<WalletOutcome> BeginAsync(WalletCommand command, byte[] fingerprint)
    {
        if (_pending.Count >= Limits.MaxPendingPerWallet)
        {
            return Task.FromResult<WalletOutcome>(new WalletOutcome.NotDecided(NotDecidedReason.Overloaded));
        }

        var pending = new PendingCommand(command, fingerprint, ids.NewId(), ++_arrivals, DeadlineFromNow());
        _pending.Add(command.RequestId, pending);
        Watch(pending);
        if (_recent.MayContain(command.RequestId))
        {
            _ = RecallAsync(pending);
        }
        else
        {
            Decide(pending);
        }

        return pending.Outcome;
    }

    private void Decide(PendingCommand pending)
    {
        if (_tail is null || pending.Command is DebitReversal)
        {
            // What was given back of a transfer already is read with the head row.
            Postpone(pending);
        }
        else
        {
            Append(pending, _tail);
        }
    }

    /// <summary>Opens the wallet, or finds that it is open.</summary>
    public async Task<Wallet> OpenAsync(OpenWallet command)
    {
        var wallet = await GetAsync();
        if (wallet is null)
        {
            if (time is DatabaseClock { Doubt: { } doubt })
            {
                throw new UnavailableException($"Wallet {walletId} cannot be opened now: {doubt}");
            }

            var opened = WalletState.Opened(walletId, command, time.GetUtcMilliseconds());
            try
            {
                await journal.OpenAsync(WalletRows.ToHead(new WalletPosition(opened, 0, HashChain.Begin(opened), default)));
            }
            catch (Exception e) when (e is JournalUnavailableException or JournalOverloadedException)
            {
                throw new UnavailableException($"Wallet {walletId} cannot be opened now.", e);
            }
            catch (JournalOutcomeUnknownException e)
            {
                throw new OutcomeUnknownException($"Whether wallet {walletId} was opened is not known.", e);
            }

            // The first look may join a load that began before the wallet was there.
            wallet = await GetAsync() ?? await GetAsync() ?? throw new InvalidOperationException($"Wallet {walletId} was opened and is not there.");
        }

        return wallet.Currency == command.Currency && wallet.OwnerId == command.OwnerId
            ? wallet
            : throw new InvalidOperationException($"Wallet {walletId} was opened with another currency or owner.");
    }

    /// <summary>Decides a command on the tail and sends its append on the way.</summary>
    private void Append(PendingCommand pending, WalletPosition tail)
    {
        if (time is DatabaseClock { IsTrusted: false })
        {
            // An entry from a wrong future would bind the wallet until that has come.
            AnswerUndecided(pending, NotDecidedReason.Unavailable);
            return;
        }

        WalletPosition after;
        DecidedCommand decided;
        Task<AppendStatus> commit;
        try
        {
            var now = time.GetUtcMilliseconds();
            var decision = WalletDecider.Decide(pending.Command, tail.State, pending.EntryId, now);
            if (decision.Event is { } happened && gate.Refuses(happened, tail.State, tail.Lately))
            {
                decision = WalletRefusal.LimitExceeded;
            }

            (var append, after, decided) = WalletAppends.Compose(pending.Command, pending.Fingerprint, decision, tail, gate, now);
            commit = journal.AppendAsync(append);
        }
        catch (JournalOverloadedException)
        {
            AnswerUndecided(pending, NotDecidedReason.Overloaded);
            return;
        }
        catch (Exception e)
        {
            // Nothing was sent, so the tail still holds.
            FailOne(pending, e);
            return;
        }

        pending.Send(decided, after, time.GetTimestamp());
        _tail = after;
        _inFlight++;
        _ = AwaitCommitAsync(pending, commit);
    }

    private async Task AwaitCommitAsync(PendingCommand pending, Task<AppendStatus> commit)
    {
        try
        {
            var status = await commit;
            if (status is AppendStatus.Applied)
            {
                Commit(pending);
            }
            else
            {
                pending.RequestIdTaken = status is AppendStatus.RequestIdTaken;
                Postpone(pending);
            }
        }
        catch (JournalUnavailableException)
        {
            _journalFailed = true;
            Postpone(pending);
        }
        catch (JournalOutcomeUnknownException)
        {
            _journalFailed = true;
            pending.MayBeDurable = true;
            Postpone(pending);
        }
        catch (Exception e)
        {
            // The database's constraints, or code, refused what the rules allowed: an invariant is broken. The caller learns
            // it, and the next command begins from the head row.
            _tail = null;
            FailOne(pending, e);
        }
        finally
        {
            if (--_inFlight == 0)
            {
                _landed?.TrySetResult();
            }
        }
    }

    private void Commit(PendingCommand pending)
    {
        var (after, decided) = (pending.After!, pending.Decided!);
        if (_committed is null || after.Revision > _committed.Revision)
        {
            _committed = after;
            _confirmedAt = pending.SentAt;
        }

        _reloadDelay = TimeSpan.Zero;
        Settle(pending, decided, replayed: false);
    }

    /// <summary>Answers with a durable decision, and remembers it.</summary>
    private void Settle(PendingCommand pending, DecidedCommand decided, bool replayed)
    {
        _recent.Add(pending.Command.RequestId);
        _pending.Remove(pending.Command.RequestId);
        pending.Settle(decided, replayed);
        ForgetAnswered();
    }

    /// <summary>Leaves a command to the next load, which decides it.</summary>
    private void Postpone(PendingCommand pending)
    {
        _tail = null;
        pending.Land();
        if (pending.IsAnswered)
        {
            // Its caller was told that nothing is known, and finds out by the request id.
            _pending.Remove(pending.Command.RequestId);
            return;
        }

        _undecided.Add(pending);
        _ = LoadAsync();
    }

    private void AnswerUndecided(PendingCommand pending, NotDecidedReason reason)
    {
        _pending.Remove(pending.Command.RequestId);
        pending.Answer(new WalletOutcome.NotDecided(pending.MayBeDurable ? NotDecidedReason.OutcomeUnknown : reason));
    }

    private void FailOne(PendingCommand pending, Exception exception)
    {
        LogAppendFailed(logger, exception, walletId, pending.Command.RequestId);
        Fail(pending, exception);
    }

    private void Fail(PendingCommand pending, Exception exception)
    {
        pending.Land();
        if (pending.MayBeDurable)
        {
            AnswerUndecided(pending, NotDecidedReason.OutcomeUnknown);
            return;
        }

        _pending.Remove(pending.Command.RequestId);
        pending.Fail(exception);
    }

    private static WalletOutcome AsReplay(WalletOutcome outcome) => outcome switch
    {
        WalletOutcome.Accepted accepted => accepted with { Replayed = true },
        WalletOutcome.Refused refused => refused with { Replayed = true },
        WalletOutcome.NotDecided => outcome,
        _ => throw new UnreachableException($"No rule repeats {outcome.GetType().Name}."),
    };
}
