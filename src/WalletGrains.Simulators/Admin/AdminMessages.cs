using WalletGrains.Simulators.Faults;

namespace WalletGrains.Simulators.Admin;

/// <summary>The rules of faults that are in force.</summary>
/// <param name="Rules">In the order in which they are drawn.</param>
public sealed record FaultSettings(IReadOnlyList<FaultRule> Rules)
{
    /// <summary>What decides which calls are struck; null in a request to keep the one in use.</summary>
    public long? Seed { get; init; }
}

/// <summary>What of everything the simulators start anew.</summary>
/// <param name="Seed">The seed from now on; null to keep the one in use.</param>
public sealed record ResetRequest(long? Seed = null);

/// <summary>Which held calls may go on.</summary>
/// <param name="Route">As in a rule.</param>
/// <param name="Key">Null for any.</param>
/// <param name="Count">How many, the oldest first.</param>
public sealed record ReleaseRequest(string Route = "*", string? Key = null, int Count = int.MaxValue);

/// <summary>The keys of the calls that went on, or wait.</summary>
public sealed record HeldKeys(IReadOnlyList<string> Keys);

/// <summary>A customer pays into an account.</summary>
/// <param name="AccountNumber">Ten digits; the bank need not know it.</param>
/// <param name="Amount">Above zero, with at most two decimals.</param>
public sealed record PayInRequest(string AccountNumber, decimal Amount)
{
    /// <summary>Null: the bank makes one.</summary>
    public string? Reference { get; init; }

    public string Currency { get; init; } = "NGN";
    public string? SenderName { get; init; }
    public string? Narration { get; init; }

    /// <summary>Null: now.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>False: the bank books it and reports it never, as if the report was lost for good.</summary>
    public bool Notify { get; init; } = true;
}

/// <summary>Accounts for the core banking system.</summary>
public sealed record SetAccountsRequest(IReadOnlyList<T24.CoreAccount> Accounts);

/// <summary>An amount that the core banking system books; below zero for a withdrawal.</summary>
public sealed record BookRequest(decimal Amount);

/// <summary>How a late payment ends.</summary>
public sealed record SettleRequest(Billers.PaymentStatus Status);
