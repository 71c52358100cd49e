using System.Globalization;

namespace WalletGrains.Chaos.Traffic;

internal enum OperationKind
{
    Deposit,
    Withdraw,
    Transfer,
}

/// <summary>One operation: what is sent, as often as it takes, under one request id.</summary>
/// <param name="RequestId">The client's own text.</param>
/// <param name="Kind">What it does.</param>
/// <param name="WalletId">The wallet that decides it; the payer of a transfer.</param>
/// <param name="ToWalletId">The receiver of a transfer; null for the others.</param>
/// <param name="AmountMinor">Kobo, above 0.</param>
internal sealed record Operation(string RequestId, OperationKind Kind, Guid WalletId, Guid? ToWalletId, long AmountMinor)
{
    public string Path => Kind switch
    {
        OperationKind.Deposit => $"/wallet/{WalletId}/deposit",
        OperationKind.Withdraw => $"/wallet/{WalletId}/withdraw",
        _ => $"/wallet/{WalletId}/transfer",
    };

    public string Json
    {
        get
        {
            var amount = (AmountMinor / 100m).ToString(CultureInfo.InvariantCulture);
            return ToWalletId is { } receiver
                ? $$"""{"toWalletId":"{{receiver}}","amount":{{amount}},"requestId":"{{RequestId}}"}"""
                : $$"""{"amount":{{amount}},"requestId":"{{RequestId}}"}""";
        }
    }

    /// <summary>What it does to the wallet that decides it, in minor units.</summary>
    public long SignedAmountMinor => Kind is OperationKind.Deposit ? AmountMinor : -AmountMinor;

    public override string ToString() => $"{RequestId} ({Kind} of {AmountMinor} at {WalletId}{(ToWalletId is { } to ? $" to {to}" : "")})";
}
