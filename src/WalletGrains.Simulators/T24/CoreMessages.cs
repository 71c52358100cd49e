namespace WalletGrains.Simulators.T24;

/// <summary>An account of the core banking system.</summary>
/// <param name="AccountNumber">Its number.</param>
/// <param name="WorkingBalance">What was booked; of this the locked amount is not available.</param>
public sealed record CoreAccount(string AccountNumber, decimal WorkingBalance)
{
    public string Currency { get; init; } = "MWK";

    /// <summary>What of the working balance has been cleared; null: all of it.</summary>
    public decimal? ClearedBalance { get; init; }

    public decimal LockedAmount { get; init; }

    /// <summary>A closed account has no balances.</summary>
    public bool IsClosed { get; init; }
}

/// <summary>How the core banking system answers.</summary>
internal sealed record BalancesResponse(ResponseHeader Header, IReadOnlyList<BalanceLine> Body);

internal sealed record ResponseHeader(string Id, string Status, int? PageSize = null, int? PageStart = null, int? TotalSize = null);

internal sealed record BalanceLine(
    string AccountId, string Currency, decimal AvailableBalance, decimal WorkingBalance, decimal ClearedBalance, decimal LockedAmount);

/// <summary>How the core banking system refuses.</summary>
internal sealed record ErrorResponse(ResponseHeader Header, ErrorBody Error);

internal sealed record ErrorBody(string Type, IReadOnlyList<ErrorDetail> ErrorDetails);

internal sealed record ErrorDetail(string Code, string Message);
