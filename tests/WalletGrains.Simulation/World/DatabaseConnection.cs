using Orleans.InProcess.Simulation;
using WalletGrains.Journal;

namespace WalletGrains.Simulation.World;

/// <summary>
/// One silo's way to the database: requests and answers are messages that take time and get lost. Appends arrive in the order of
/// the calls. A silo that dies leaves behind what it has sent: some of it arrives, some does not.
/// </summary>
internal sealed partial class DatabaseConnection(SimulatedDatabase database, SimulatedProcess silo) : IJournal
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(3);

    private TimeSpan _lastArrival;

    public Task<AppendStatus> AppendAsync(WalletAppend append) => Queue(() => database.Journal.AppendAsync(append));

    public Task<bool> OpenAsync(WalletHead opening) => Queue(() => database.Journal.OpenAsync(opening));

    public Task<LoadedWallet?> LoadAsync(Guid walletId, IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken) =>
        Read(() => database.Journal.LoadAsync(walletId, requestIds, cancellationToken));

    public Task<WalletHead?> FindHeadAsync(Guid walletId, CancellationToken cancellationToken) =>
        Read(() => database.Journal.FindHeadAsync(walletId, cancellationToken));

    public Task<long> SumReversedAsync(Guid transferId, CancellationToken cancellationToken) =>
        Read(() => database.Journal.SumReversedAsync(transferId, cancellationToken));

    public Task<HoldRow?> FindHoldAsync(Guid holdId, CancellationToken cancellationToken) =>
        Read(() => database.Journal.FindHoldAsync(holdId, cancellationToken));

    public Task<IReadOnlyList<HoldRow>> ReadExpiredHoldsAsync(DateTimeOffset at, HoldRow? after, int limit, CancellationToken cancellationToken) =>
        Read(() => database.Journal.ReadExpiredHoldsAsync(at, after, limit, cancellationToken));

    public Task<StoredDecision?> FindDecisionAsync(Guid walletId, string requestId, CancellationToken cancellationToken) =>
        Read(() => database.Journal.FindDecisionAsync(walletId, requestId, cancellationToken));

    public Task<IReadOnlyList<WalletEntry>> ReadEntriesAsync(EntryQuery query, CancellationToken cancellationToken) =>
        Read(() => database.Journal.ReadEntriesAsync(query, cancellationToken));

    public Task<WalletEntry?> FindEntryAsync(Guid entryId, CancellationToken cancellationToken) =>
        Read(() => database.Journal.FindEntryAsync(entryId, cancellationToken));

    public Task<IReadOnlyList<WalletHead>> ReadHeadsOfOwnerAsync(Guid ownerId, Guid afterWalletId, int limit, CancellationToken cancellationToken) =>
        Read(() => database.Journal.ReadHeadsOfOwnerAsync(ownerId, afterWalletId, limit, cancellationToken));

    public Task<TransferRow?> FindTransferAsync(Guid transferId, CancellationToken cancellationToken) =>
        Read(() => database.Journal.FindTransferAsync(transferId, cancellationToken));

    public Task<IReadOnlyList<TransferRow>> ReadUnfinishedTransfersAsync(
        DateTimeOffset before, TransferRow? after, int limit, CancellationToken cancellationToken) =>
        Read(() => database.Journal.ReadUnfinishedTransfersAsync(before, after, limit, cancellationToken));

    /// <summary>The time of the database, which is right.</summary>
    public Task<DateTimeOffset> ReadTimeAsync(CancellationToken cancellationToken) => Read(() => Task.FromResult(database.Process.Clock.GetUtcNow()));

    /// <summary>A write that waits for its turn, if there is room.</summary>
    private Task<T> Queue<T>(Func<Task<T>> commit) => database.Happens(database.Faults.Overload)
        ? throw new JournalOverloadedException("Simulated: the queue is full.")
        : Write(commit);

    private Task<T> Write<T>(Func<Task<T>> commit)
    {
        var faults = database.Faults;
        var answer = new TaskCompletionSource<T>();
        if (faults.IsAway)
        {
            silo.After(database.Travel(), () => answer.TrySetException(new JournalUnavailableException("Simulated: no connection.")));
            return answer.Task;
        }

        silo.After(CommandTimeout, () => answer.TrySetException(new JournalOutcomeUnknownException("Simulated: no answer in time.")));
        var arrival = database.World.Now + database.Travel();
        _lastArrival = arrival > _lastArrival ? arrival : _lastArrival;
        if (!database.Happens(faults.LoseAppend))
        {
            var loseAnswer = database.Happens(faults.LoseAnswer);
            database.World.After(_lastArrival - database.World.Now, () => Arrive(commit, loseAnswer ? null : answer));
        }

        return answer.Task;
    }

    private Task<T> Read<T>(Func<Task<T>> read)
    {
        var answer = new TaskCompletionSource<T>();
        if (database.Faults.IsAway || database.Happens(database.Faults.FailRead))
        {
            silo.After(database.Travel(), () => answer.TrySetException(new JournalUnavailableException("Simulated: the read failed.")));
        }
        else
        {
            database.World.After(database.Travel() + SlowReads(), () => Arrive(read, answer));
        }

        return answer.Task;
    }

    private void Arrive<T>(Func<Task<T>> request, TaskCompletionSource<T>? answer)
    {
        if (silo.IsAlive || database.Happens(0.5))
        {
            database.Process.Start(() => ServeAsync(request, answer));
        }
    }

    private async Task ServeAsync<T>(Func<Task<T>> request, TaskCompletionSource<T>? answer)
    {
        Action? reply;
        try
        {
            var result = await request();
            reply = () => answer?.TrySetResult(result);
        }
        catch (Exception e)
        {
            reply = () => answer?.TrySetException(e);
        }

        silo.After(database.Travel() + SlowReads(), reply);
    }

    private TimeSpan SlowReads() => database.Happens(database.Faults.SlowRead) ? LongestRead * database.Share() : TimeSpan.Zero;
}
