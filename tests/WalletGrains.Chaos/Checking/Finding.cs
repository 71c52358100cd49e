namespace WalletGrains.Chaos.Checking;

/// <summary>A way in which a bank may fail its clients.</summary>
internal enum Fault
{
    /// <summary>Acknowledged, and not in the books as it was acknowledged.</summary>
    Lost,

    /// <summary>More effects than operations.</summary>
    Duplicated,

    /// <summary>Refused, reported not done or looked up and not there, and in the books later.</summary>
    Resurrected,

    /// <summary>The books do not add up, or the product shows something else than the books.</summary>
    Drift,

    /// <summary>In the books before what had been done before it was asked for.</summary>
    Disordered,

    /// <summary>Two different answers to one request.</summary>
    Contradicted,

    /// <summary>No definite answer although everything was healed.</summary>
    Stuck,
}

/// <summary>One fault, with what shows it.</summary>
internal sealed record Finding(Fault Fault, string Evidence);

/// <summary>How the unknown operations were resolved, by count.</summary>
/// <param name="Durable">They had happened.</param>
/// <param name="Absent">They had not; some were repeated then, the others never happened.</param>
/// <param name="Refused">They had been, or were then, refused.</param>
internal sealed record Resolved(int Durable, int Absent, int Refused);

/// <summary>What the audit came to.</summary>
/// <param name="Findings">Every fault; empty when all is well.</param>
/// <param name="Resolved">What became of unknown operations.</param>
/// <param name="StaleReads">Reads that showed a state older than what had been acknowledged before they were asked for.</param>
internal sealed record Verdict(IReadOnlyList<Finding> Findings, Resolved Resolved, int StaleReads);
