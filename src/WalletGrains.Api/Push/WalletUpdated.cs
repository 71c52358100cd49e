using System.Text.Json.Serialization;
using WalletGrains.Api.Http;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Push;

/// <summary>What the owner of a wallet is told of one of its entries, or of its virtual account.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="Version">The entry's version: 1 for the first one of a wallet, then without gaps. Of a virtual account, which is no entry: where the wallet
/// stood when it was told of.</param>
/// <param name="Reason">The entry's type, such as FUND or HOLD; FREEZE, UNFREEZE, CLOSE and SET_LIMITS concern no money. Or VIRTUAL_ACCOUNT.</param>
/// <param name="TransactionId">The transaction; left out where no money is concerned.</param>
/// <param name="Amount">How much, in major units; left out where no money is concerned.</param>
/// <param name="Balance">The balance after it.</param>
/// <param name="Available">What can be spent after it.</param>
/// <param name="Currency">The wallet's currency.</param>
/// <param name="OccurredAt">When it was decided.</param>
internal sealed record WalletUpdated(
    Guid WalletId,
    long Version,
    string Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? TransactionId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? Amount,
    decimal Balance,
    decimal Available,
    string Currency,
    DateTimeOffset OccurredAt)
{
    /// <summary>The name of the message.</summary>
    public const string Target = "WALLET_UPDATED";

    private const string VirtualAccountReason = "VIRTUAL_ACCOUNT";

    /// <summary>The number of the wallet's virtual account; left out but where it is what is told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AccountNumber { get; private init; }

    /// <summary>
    /// How many versions right before this one were left out, because the client was slow or away for too long; left out when it is
    /// none. The state is complete all the same; the history has the rest.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Skipped { get; init; }

    public static WalletUpdated Of(Entry entry)
    {
        var currency = entry.Amount.Currency;
        var concernsMoney = EntryTypes.IsTransaction(entry.Type);
        return new(
            entry.WalletId,
            entry.Version,
            EntryTypes.NameOf(entry.Type),
            concernsMoney ? entry.EntryId : null,
            concernsMoney ? entry.Amount.ToMajor() : null,
            Amounts.ToMajor(entry.BalanceAfterMinor, currency),
            Amounts.ToMajor(entry.BalanceAfterMinor - entry.HeldAfterMinor, currency),
            currency.Code,
            entry.CreatedAt);
    }

    public static WalletUpdated Of(VirtualAccount account, Wallet wallet) => new(
        wallet.WalletId,
        wallet.Version,
        VirtualAccountReason,
        TransactionId: null,
        Amount: null,
        Amounts.ToMajor(wallet.BalanceMinor, wallet.Currency),
        Amounts.ToMajor(wallet.AvailableMinor, wallet.Currency),
        wallet.Currency.Code,
        account.CreatedAt)
    {
        AccountNumber = account.AccountNumber,
    };
}
