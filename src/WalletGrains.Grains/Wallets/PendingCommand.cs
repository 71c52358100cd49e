using System.Runtime.CompilerServices;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Grains.Wallets;

/// <summary>A command whose caller waits, or whose append is still under way.</summary>
internal sealed class PendingCommand(WalletCommand command, byte[] fingerprint, Guid entryId, long arrival, long deadline)
{
    // Callers continue in turns of their own: never in the middle of the turn that answers them.
    private readonly TaskCompletionSource<WalletOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WalletCommand Command { get; } = command;

    public byte[] Fingerprint { get; } = fingerprint;

    /// <summary>The id of its entry, the same however often it is decided: by it the command knows its own entry again.</summary>
    public Guid EntryId { get; } = entryId;

    /// <summary>Its place among the commands of this activation.</summary>
    public long Arrival { get; } = arrival;

    /// <summary>Timestamp after which the caller is told that there is no answer yet.</summary>
    public long Deadline { get; } = deadline;

    /// <summary>What was decided, as long as its append is under way.</summary>
    public DecidedCommand? Decided { get; private set; }

    /// <summary>The wallet after that decision.</summary>
    public WalletPosition? After { get; private set; }

    /// <summary>Timestamp at which that append was sent on its way.</summary>
    public long SentAt { get; private set; }

    /// <summary>The decision under its request id, once it is durable.</summary>
    public DecidedCommand? Durable { get; private set; }

    /// <summary>The journal has a decision under this request id.</summary>
    public bool RequestIdTaken { get; set; }

    /// <summary>An append of this command got no answer after its commit was sent, so it may be durable.</summary>
    public bool MayBeDurable { get; set; }

    public bool IsInFlight => Decided is not null;

    public bool IsAnswered => _outcome.Task.IsCompleted;

    public Task<WalletOutcome> Outcome => _outcome.Task;

    /// <summary>The end of the wait, whatever came of it: to await without getting another caller's exception.</summary>
    public ConfiguredTaskAwaitable Answered => ((Task)_outcome.Task).ConfigureAwait(
        ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Its append is on the way.</summary>
    public void Send(DecidedCommand decided, WalletPosition after, long now) =>
        (Decided, After, SentAt, RequestIdTaken) = (decided, after, now, false);

    /// <summary>Its append is not on the way any more, and was not applied as far as is known.</summary>
    public void Land() => (Decided, After) = (null, null);

    /// <summary>Answers with what is durable.</summary>
    public void Settle(DecidedCommand durable, bool replayed)
    {
        Land();
        Durable = durable;
        Answer(durable.AnswerTo(Fingerprint, replayed));
    }

    public void Answer(WalletOutcome outcome) => _outcome.TrySetResult(outcome);

    public void Fail(Exception exception) => _outcome.TrySetException(exception);
}
