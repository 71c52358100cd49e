using System.Diagnostics;
using System.Text;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Journal.BalanceSync;

namespace WalletGrains.Grains.BalanceSync;

/// <summary>The store's mobile users in the words of the contracts, and back.</summary>
internal static class MobileUserRecords
{
    /// <summary>The name as it is compared: one Unicode form, lower case.</summary>
    public static string UsernameKey(string username) => username.Normalize(NormalizationForm.FormC).ToLowerInvariant();

    public static MobileUserRow ToUser(CreateMobileUser command, Guid mobileUserId, DateTimeOffset now) => new(
        mobileUserId,
        command.Context switch
        {
            MobileContext.MobileBanking => MobileUserRow.MobileBanking,
            MobileContext.Wallet => MobileUserRow.WalletOnly,
            _ => throw new UnreachableException($"Context {command.Context} has no name."),
        },
        command.Username,
        UsernameKey(command.Username),
        command.FullName,
        command.CustomerNumber,
        command.AccountNumber,
        IsActive: true,
        now,
        now);

    public static MobileAccountRow ToAccount(Guid mobileUserId, string accountNumber, string accountType, bool isPrimary, DateTimeOffset now) => new(
        mobileUserId,
        accountNumber,
        accountType,
        isPrimary,
        IsActive: true,
        InactiveReason: null,
        Balance: null,
        Currency: null,
        LastSyncedAt: null,
        FailedAt: null,
        LastError: null,
        now,
        now);

    public static MobileUser ToContract(MobileUserRows rows) => new(
        rows.User.MobileUserId,
        rows.User.Context is MobileUserRow.MobileBanking ? MobileContext.MobileBanking : MobileContext.Wallet,
        rows.User.Username,
        rows.User.FullName,
        rows.User.CustomerNumber,
        rows.User.AccountNumber,
        rows.User.IsActive,
        rows.User.CreatedAt,
        rows.Accounts.Select(account => new MobileAccount(
            account.AccountNumber,
            account.AccountType,
            account.IsPrimary,
            account.IsActive,
            account.InactiveReason,
            ToBalance(account, isFresh: false),
            account.FailedAt,
            account.LastError)).ToList());

    /// <summary>What was told last of the account; null when nothing was.</summary>
    public static MobileBalance? ToBalance(MobileAccountRow account, bool isFresh) =>
        account is { Balance: { } balance, Currency: { } currency, LastSyncedAt: { } syncedAt } ? new MobileBalance(balance, currency, syncedAt, isFresh) : null;
}
