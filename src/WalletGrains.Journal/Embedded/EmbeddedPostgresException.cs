namespace WalletGrains.Journal.Embedded;

/// <summary>
/// The embedded PostgreSQL cannot be started. The message is one sentence or two for the operator, fit to be printed
/// without a stack trace.
/// </summary>
public sealed class EmbeddedPostgresException(EmbeddedPostgresProblem problem, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What kind of problem it is, for callers that treat one of them differently.</summary>
    public EmbeddedPostgresProblem Problem { get; } = problem;
}

/// <summary>Why the embedded PostgreSQL cannot be started.</summary>
public enum EmbeddedPostgresProblem
{
    /// <summary>An option is out of range.</summary>
    InvalidOptions,

    /// <summary>No PostgreSQL of a usable version was found, or the given one is not usable.</summary>
    BinariesMissing,

    /// <summary>A living host uses the data folder.</summary>
    FolderInUse,

    /// <summary>The data folder cannot be created, entered or written.</summary>
    FolderUnusable,

    /// <summary>The requested loopback port is taken.</summary>
    PortTaken,

    /// <summary>The cluster could not be created.</summary>
    InitializationFailed,

    /// <summary>The server ended, or did not answer within the time limit.</summary>
    StartFailed,
}
