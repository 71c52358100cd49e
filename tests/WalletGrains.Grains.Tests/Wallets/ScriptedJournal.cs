using WalletGrains.Journal;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>
/// A journal whose every append waits for the test to say what becomes of it: a double for the order of faults, over
/// <see cref="MemoryJournal"/> for what is durable. Several of them over one such journal are several silos.
/// </summary>
internal sealed class ScriptedJournal(MemoryJournal durable, List<WalletAppend> applied) : IJournal
{
    private readonly List<TaskCompletionSource> _heldReads = [];

    public ScriptedJournal()
        : this(new MemoryJournal(), [])
    {
    }

    /// <summary>Appends that wait, in the order of the calls.</summary>
    public List<HeldAppend> InFlight { get; } = [];

    /// <summary>What is durable, in the order of the commits.</summary>
    public List<WalletAppend> Applied => applied;

    /// <summary>Thrown by appends at the call itself while it is set.</summary>
    public Exception? AppendFailure { get; set; }

    /// <summary>Thrown by reads while it is set.</summary>
    public Exception? ReadFailure { get; set; }

    /// <summary>Thrown by reads of entries while it is set.</summary>
    public Exception? EntriesFailure { get; set; }

    /// <summary>Reads wait for <see cref="ReleaseReads"/> and then answer what they would have answered at the call.</summary>
    public bool HoldReads { get; set; }

    /// <summary>Openings wait for it while it is set.</summary>
    public TaskCompletionSource? HeldOpening { get; set; }

    public int Loads { get; private set; }

    public int LookUps { get; private set; }

    public int HeadReads { get; private set; }

    public int EntriesRead { get; private set; }

    public Task<AppendStatus> AppendAsync(WalletAppend append)
    {
        if (AppendFailure is { } failure)
        {
            throw failure;
        }

        var held = new HeldAppend(append, this);
        InFlight.Add(held);
        return held.Task;
    }

    public async Task<bool> OpenAsync(WalletHead opening)
    {
        await (HeldOpening?.Task ?? Task.CompletedTask);
        return await durable.OpenAsync(opening);
    }

    public Task<LoadedWallet?> LoadAsync(Guid walletId, IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken)
    {
        Loads++;
        return ReadAsync(() => durable.LoadAsync(walletId, requestIds, cancellationToken));
    }

    public Task<StoredDecision?> FindDecisionAsync(Guid walletId, string requestId, CancellationToken cancellationToken)
    {
        LookUps++;
        return ReadAsync(() => durable.FindDecisionAsync(walletId, requestId, cancellationToken));
    }

    /// <summary>What is read in the place of an entry.</summary>
    public Func<WalletEntry, WalletEntry>? Misread { get; set; }

    public async Task<IReadOnlyList<WalletEntry>> ReadEntriesAsync(EntryQuery query, CancellationToken cancellationToken)
    {
        var read = EntriesFailure is { } failure ? throw failure : await durable.ReadEntriesAsync(query, cancellationToken);
        EntriesRead += read.Count;
        return Misread is null ? read : [.. read.Select(Misread)];
    }

    public Task<WalletHead?> FindHeadAsync(Guid walletId, CancellationToken cancellationToken)
    {
        HeadReads++;
        return ReadAsync(() => durable.FindHeadAsync(walletId, cancellationToken));
    }

    public Task<long> SumReversedAsync(Guid transferId, CancellationToken cancellationToken) =>
        ReadAsync(() => durable.SumReversedAsync(transferId, cancellationToken));

    public Task<HoldRow?> FindHoldAsync(Guid holdId, CancellationToken cancellationToken) => durable.FindHoldAsync(holdId, cancellationToken);

    public Task<IReadOnlyList<HoldRow>> ReadExpiredHoldsAsync(DateTimeOffset at, HoldRow? after, int limit, CancellationToken cancellationToken) =>
        durable.ReadExpiredHoldsAsync(at, after, limit, cancellationToken);

    public Task<WalletEntry?> FindEntryAsync(Guid entryId, CancellationToken cancellationToken) => durable.FindEntryAsync(entryId, cancellationToken);

    public Task<IReadOnlyList<WalletHead>> ReadHeadsOfOwnerAsync(Guid ownerId, Guid afterWalletId, int limit, CancellationToken cancellationToken) =>
        durable.ReadHeadsOfOwnerAsync(ownerId, afterWalletId, limit, cancellationToken);

    public Task<TransferRow?> FindTransferAsync(Guid transferId, CancellationToken cancellationToken) =>
        durable.FindTransferAsync(transferId, cancellationToken);

    public Task<IReadOnlyList<TransferRow>> ReadUnfinishedTransfersAsync(DateTimeOffset before, TransferRow? after, int limit, CancellationToken cancellationToken) =>
        durable.ReadUnfinishedTransfersAsync(before, after, limit, cancellationToken);

    /// <summary>Another silo's journal over the same database.</summary>
    public ScriptedJournal OtherSilo() => new(durable, applied);

    /// <summary>Answers the reads that wait.</summary>
    public void ReleaseReads()
    {
        HoldReads = false;
        foreach (var held in _heldReads)
        {
            held.SetResult();
        }

        _heldReads.Clear();
    }

    /// <summary>Commits everything that waits, in order.</summary>
    public void CommitAll()
    {
        while (InFlight.Count > 0)
        {
            InFlight[0].Commit();
        }
    }

    internal AppendStatus Apply(WalletAppend append)
    {
        var status = durable.AppendAsync(append).GetAwaiter().GetResult();
        if (status is AppendStatus.Applied)
        {
            applied.Add(append);
        }

        return status;
    }

    private async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        var answer = ReadFailure is { } failure ? Task.FromException<T>(failure) : read();
        if (HoldReads)
        {
            var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _heldReads.Add(held);
            await held.Task;
        }

        return await answer;
    }
}

/// <summary>An append that waits for its fate.</summary>
internal sealed class HeldAppend(WalletAppend append, ScriptedJournal journal)
{
    private readonly TaskCompletionSource<AppendStatus> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WalletAppend Append { get; } = append;

    public Task<AppendStatus> Task => _answer.Task;

    /// <summary>It reaches the database, which takes it or not, and the answer comes back.</summary>
    public void Commit()
    {
        Leave();
        _answer.SetResult(journal.Apply(Append));
    }

    /// <summary>Definitely nothing is written.</summary>
    public void Drop() => Fail(new JournalUnavailableException("Scripted."));

    /// <summary>It reaches the database and the answer is lost.</summary>
    public void CommitAndLoseAnswer()
    {
        journal.Apply(Append);
        LoseAnswer();
    }

    /// <summary>The answer is lost; the database may still get it, see <see cref="CommitLate"/>.</summary>
    public void LoseAnswer() => Fail(new JournalOutcomeUnknownException("Scripted."));

    /// <summary>An append whose answer is lost long since reaches the database.</summary>
    public AppendStatus CommitLate() => journal.Apply(Append);

    /// <summary>The answer of one that has reached the database, see <see cref="CommitLate"/>, comes back.</summary>
    public void AnswerApplied()
    {
        Leave();
        _answer.SetResult(AppendStatus.Applied);
    }

    /// <summary>The database's constraints refuse it.</summary>
    public void Reject() => Fail(new JournalRejectedException("Scripted."));

    private void Fail(Exception exception)
    {
        Leave();
        _answer.SetException(exception);
    }

    private void Leave() => journal.InFlight.Remove(this);
}
