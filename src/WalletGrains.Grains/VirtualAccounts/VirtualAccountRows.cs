using WalletGrains.Contracts;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>The store's rows of virtual accounts and payments in the words of the contracts, and back.</summary>
internal static class VirtualAccountRows
{
    /// <summary>The bank's name in accounts and in the request ids of its payments.</summary>
    public const string Globus = "globus";

    public static VirtualAccount ToAccount(VirtualAccountRow row) => new(
        row.AccountNumber, row.WalletId, row.AccountName, row.BankCode, row.BankName, row.Provider, Currency.Parse(row.Currency), row.CreatedAt);

    public static BankCredit ToCredit(BankCreditRow row) => new(
        row.Reference,
        row.AccountNumber,
        new Money(row.AmountMinor, Currency.Parse(row.Currency)),
        row.SenderName,
        row.Narration,
        row.OccurredAt,
        (BankCreditSource)row.Source);

    public static BankCreditRow ToRow(BankCredit credit, DateTimeOffset now) => new(
        credit.Reference,
        credit.AccountNumber,
        credit.Amount.MinorUnits,
        credit.Amount.Currency.Code,
        credit.SenderName,
        credit.Narration,
        credit.OccurredAt ?? now,
        (short)credit.Source,
        now);
}
