using WalletGrains.Chaos.Checking;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Traffic;

/// <summary>One request and its answer. Times are timestamps of one clock, so they compare across clients.</summary>
internal sealed record Attempt(long InvokedAt, long CompletedAt, Reply Reply);

/// <summary>An operation with everything its client was told about it, in the order it was asked.</summary>
internal sealed class OperationRecord(Operation operation, params IReadOnlyList<Attempt> attempts)
{
    private readonly List<Attempt> _attempts = [.. attempts];

    public Operation Operation { get; } = operation;

    public IReadOnlyList<Attempt> Attempts
    {
        get
        {
            lock (_attempts)
            {
                return [.. _attempts];
            }
        }
    }

    /// <summary>The first definite answer; null as long as there is none.</summary>
    public Attempt? Definite => Attempts.FirstOrDefault(attempt => attempt.Reply.IsDefinite);

    /// <summary>Whether a client had to wonder what became of it.</summary>
    public bool WasUnknown => Attempts.Any(attempt => attempt.Reply is Reply.Unknown);

    public void Add(Attempt attempt)
    {
        lock (_attempts)
        {
            _attempts.Add(attempt);
        }
    }

    public override string ToString() => $"{Operation}: {string.Join(" / ", Attempts.Select(attempt => attempt.Reply))}";
}

/// <summary>What a client read of a wallet.</summary>
internal sealed record ReadRecord(long InvokedAt, long CompletedAt, BookHead Wallet);
