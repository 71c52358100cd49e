using System.Globalization;

namespace WalletGrains.Chaos.Traffic;

internal enum OperationKind
{
    Deposit,
    Withdraw,
    Transfer,
    Hold,
    Capture,
    Release,
}

/// <summary>One operation: what is sent, as often as it takes, under one request id.</summary>
/// <param name="RequestId">The client's own text.</param>
/// <param name="Kind">What it does.</param>
/// <param name="WalletId">The wallet that decides it; the payer of a transfer.</param>
/// <param name="AmountMinor">Kobo, above 0; of a release what was held.</param>
internal sealed record Operation(string RequestId, OperationKind Kind, Guid WalletId, long AmountMinor)
{
    /// <summary>The receiver of a transfer; null for the others.</summary>
    public Guid? ToWalletId { get; init; }

    /// <summary>The hold that is captured or released; null for the others.</summary>
    public Guid? HoldId { get; init; }

    public string Path => Kind switch
    {
        OperationKind.Deposit => $"/wallet/{WalletId}/deposit",
        OperationKind.Withdraw => $"/wallet/{WalletId}/withdraw",
        OperationKind.Transfer => $"/wallet/{WalletId}/transfer",
        OperationKind.Hold => $"/wallet/{WalletId}/holds",
        OperationKind.Capture => $"/holds/{HoldId}/capture",
        _ => $"/holds/{HoldId}/release",
    };

    public string Json
    {
        get
        {
            var amount = (AmountMinor / 100m).ToString(CultureInfo.InvariantCulture);
            return Kind switch
            {
                OperationKind.Transfer => $$"""{"toWalletId":"{{ToWalletId}}","amount":{{amount}},"requestId":"{{RequestId}}"}""",
                OperationKind.Release => $$"""{"requestId":"{{RequestId}}"}""",
                _ => $$"""{"amount":{{amount}},"requestId":"{{RequestId}}"}""",
            };
        }
    }

    /// <summary>What it does to the balance of the wallet that decides it, in minor units.</summary>
    public long SignedAmountMinor => Kind switch
    {
        OperationKind.Deposit => AmountMinor,
        OperationKind.Hold or OperationKind.Release => 0,
        _ => -AmountMinor,
    };

    public override string ToString() =>
        $"{RequestId} ({Kind} of {AmountMinor} at {WalletId}{(ToWalletId is { } to ? $" to {to}" : "")}{(HoldId is { } hold ? $" of hold {hold}" : "")})";
}
