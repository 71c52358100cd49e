using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Audit;

/// <summary>What a request asks a wallet for, in the auditor's own words.</summary>
/// <param name="Type">The entry type it makes when it is accepted.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Currency">ISO code.</param>
/// <param name="Other">The other wallet of a transfer.</param>
/// <param name="Words">The description.</param>
internal sealed record Content(string Type, long Amount, string Currency, Guid? Other, string? Words)
{
    /// <summary>Money comes in.</summary>
    public bool Gives => Type is "FUND" or "TRANSFER_IN" or "TRANSFER_REFUND";

    public long Signed => Gives ? Amount : -Amount;

    public static Content Of(WalletCommand command) => command switch
    {
        Deposit => Of("FUND", command, null),
        Withdraw => Of("WITHDRAW", command, null),
        DebitTransfer debit => Of("TRANSFER_OUT", command, debit.ToWalletId),
        CreditTransfer credit => Of("TRANSFER_IN", command, credit.FromWalletId),
        RefundTransfer refund => Of("TRANSFER_REFUND", command, refund.ToWalletId),
        _ => throw new AuditException($"The auditor does not know {command.GetType().Name}."),
    };

    public static Content Of(StartTransfer transfer) =>
        new("TRANSFER_OUT", transfer.Amount.MinorUnits, transfer.Amount.Currency.Code, transfer.ToWalletId, transfer.Description);

    private static Content Of(string type, WalletCommand command, Guid? other) =>
        new(type, command.Amount.MinorUnits, command.Amount.Currency.Code, other, command.Description);
}
