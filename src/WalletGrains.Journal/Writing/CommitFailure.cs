using System.Text;
using Npgsql;

namespace WalletGrains.Journal.Writing;

/// <summary>What an error during a commit means for its appends.</summary>
internal enum CommitFailure
{
    /// <summary>The commit may or may not have happened, or may still happen.</summary>
    OutcomeUnknown,

    /// <summary>Rolled back: one of the rows is not acceptable, the others may be.</summary>
    RowRefused,

    /// <summary>Rolled back in favour of a concurrent transaction: the same batch may succeed at once.</summary>
    TryAgain,

    /// <summary>Rolled back: the server cannot write now.</summary>
    Unavailable,

    /// <summary>Rolled back: the server has become a read-only standby, and so have the other pooled connections.</summary>
    WrongServer,
}

internal static class CommitFailureExtensions
{
    /// <summary>Classifies an error that came after a statement was handed to Npgsql.</summary>
    /// <remarks>
    /// Severity ERROR ends an implicit transaction with a rollback, surely: once the commit record is written PostgreSQL
    /// raises nothing below PANIC. FATAL and PANIC, a broken connection and a time-out say nothing about the commit.
    /// </remarks>
    public static CommitFailure Classify(this Exception exception) => exception switch
    {
        PostgresException { InvariantSeverity: "ERROR" } error => error.SqlState switch
        {
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => CommitFailure.TryAgain,
            PostgresErrorCodes.ReadOnlySqlTransaction => CommitFailure.WrongServer,

            // 21: one transfer twice in a batch. 22: data, 23: constraints. 54: a value beyond a limit of PostgreSQL.
            ['2', '1' or '2' or '3', ..] or ['5', '4', ..] => CommitFailure.RowRefused,
            _ => CommitFailure.Unavailable,
        },

        // A string that is not valid UTF-16 stops the encoding of the parameters: the statement never reached the server whole.
        EncoderFallbackException => CommitFailure.RowRefused,
        _ => CommitFailure.OutcomeUnknown,
    };
}
