using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Grains.Wallets;

/// <summary>A command whose caller waits.</summary>
internal sealed class PendingCommand(WalletCommand command, byte[] fingerprint, long arrival, long deadline)
{
    // Callers continue in turns of their own: never in the middle of the turn that answers them.
    private readonly TaskCompletionSource<WalletOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WalletCommand Command { get; } = command;

    public byte[] Fingerprint { get; } = fingerprint;

    /// <summary>Its place among the commands of this activation.</summary>
    public long Arrival { get; } = arrival;

    /// <summary>Timestamp after which the caller is told that there is no answer yet.</summary>
    public long Deadline { get; } = deadline;

    /// <summary>What was decided, as long as its append is under way.</summary>
    public DecidedCommand? Decided { get; set; }

    /// <summary>The wallet after that decision.</summary>
    public WalletPosition? After { get; set; }

    /// <summary>The journal has a decision under this request id.</summary>
    public bool RequestIdTaken { get; set; }

    /// <summary>An append of this command got no answer after its commit was sent, so it may be durable.</summary>
    public bool MayBeDurable { get; set; }

    public Task<WalletOutcome> Outcome => _outcome.Task;

    public void Answer(WalletOutcome outcome) => _outcome.TrySetResult(outcome);

    public void Fail(Exception exception) => _outcome.TrySetException(exception);
}
