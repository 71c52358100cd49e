using WalletGrains.Simulators.Globus;

namespace WalletGrains.Simulators.Faults;

/// <summary>Which calls a fault strikes.</summary>
/// <param name="Route">A route's name; a <c>*</c> at its beginning or end stands for anything: <c>globus.token</c>, <c>*.pay</c>, <c>*</c>.</param>
/// <param name="Fault">What strikes.</param>
public sealed record FaultRule(string Route, FaultKind Fault)
{
    /// <summary>Only calls about this: a reference, an account number. Null: all.</summary>
    public string? Key { get; init; }

    /// <summary>The part of the calls that is struck, above 0 and at most 1.</summary>
    public double Share { get; init; } = 1;

    /// <summary>How often it strikes at most; null for always. With 1 and a share of 1 it is the next call.</summary>
    public int? Times { get; init; }

    /// <summary>For slow, delay and reorder.</summary>
    public int DelayMs { get; init; } = 2_000;

    /// <summary>For throttled.</summary>
    public int RetryAfterSeconds { get; init; } = 1;

    /// <summary>For duplicate.</summary>
    public int Copies { get; init; } = 1;

    /// <summary>For late.</summary>
    public int Queries { get; init; } = 2;

    /// <summary>For wrong-account: reference, accountNumber, bankCode or currency.</summary>
    public string Member { get; init; } = WrongAccounts.Reference;

    /// <summary>What is wrong with the rule; null if nothing is.</summary>
    internal string? Invalid()
    {
        if (!Routes.Matching(Route).Any(route => Routes.Allows(route, Fault)))
        {
            return $"No route '{Route}' has the fault {Fault}. Routes: {string.Join(", ", Routes.Names)}.";
        }

        if (Share is not (> 0 and <= 1))
        {
            return "share must be above 0 and at most 1.";
        }

        if (Times is < 1)
        {
            return "times must be at least 1.";
        }

        if (DelayMs < 0 || DelayMs > SimulatorLimits.MaxDelay.TotalMilliseconds)
        {
            return $"delayMs must be from 0 to {SimulatorLimits.MaxDelay.TotalMilliseconds}.";
        }

        if (RetryAfterSeconds is < 0 or > 3_600)
        {
            return "retryAfterSeconds must be from 0 to 3600.";
        }

        if (Copies is < 1 or > SimulatorLimits.MaxCopies)
        {
            return $"copies must be from 1 to {SimulatorLimits.MaxCopies}.";
        }

        if (!WrongAccounts.Members.Contains(Member))
        {
            return $"member must be one of {string.Join(", ", WrongAccounts.Members)}.";
        }

        return Queries is < 1 or > SimulatorLimits.MaxQueries ? $"queries must be from 1 to {SimulatorLimits.MaxQueries}." : null;
    }
}
