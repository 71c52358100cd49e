using System.Text.Json.Serialization;
using WalletGrains.Api.Http;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Push;

/// <summary>What the owner of a wallet is told of one of its entries.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="Version">The entry's version: 1 for the first one of a wallet, then without gaps.</param>
/// <param name="Reason">The entry's type, such as FUND or HOLD; FREEZE, UNFREEZE, CLOSE and SET_LIMITS concern no money.</param>
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
}
