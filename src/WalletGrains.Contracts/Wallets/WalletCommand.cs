namespace WalletGrains.Contracts.Wallets;

/// <summary>Opens a wallet with a zero balance.</summary>
/// <param name="Currency">The only currency it will ever hold.</param>
/// <param name="OwnerId">The user it belongs to; null for a wallet only services and operators may use.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.OpenWallet")]
public sealed record OpenWallet([property: Id(0)] Currency Currency, [property: Id(1)] Guid? OwnerId);

/// <summary>Asks a wallet for a change. The kinds in this folder are all there are.</summary>
/// <param name="RequestId">Names the request; repeating it has no further effect.</param>
/// <param name="Description">Words for the history, at most 500 characters; null for none.</param>
/// <param name="Metadata">What the caller attaches; null for nothing.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.WalletCommand")]
public abstract record WalletCommand(
    [property: Id(0)] RequestId RequestId,
    [property: Id(1)] string? Description,
    [property: Id(2)] Metadata? Metadata);

/// <summary>Asks a wallet to move, or to reserve, an amount.</summary>
/// <param name="RequestId">Names the request.</param>
/// <param name="Amount">How much, above zero.</param>
/// <param name="Description">Words for the history.</param>
/// <param name="Metadata">What the caller attaches.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.MoneyCommand")]
public abstract record MoneyCommand(
    RequestId RequestId,
    [property: Id(0)] Money Amount,
    string? Description,
    Metadata? Metadata)
    : WalletCommand(RequestId, Description, Metadata);

/// <summary>Money comes in from outside.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Deposit")]
public sealed record Deposit(RequestId RequestId, Money Amount, string? Description = null, Metadata? Metadata = null)
    : MoneyCommand(RequestId, Amount, Description, Metadata);

/// <summary>
/// Money that has arrived at the bank for this wallet. The bank has it already and it can go nowhere else, so the wallet takes it whatever its
/// phase and balance; a closed wallet is open again with it.
/// </summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.ReceiveBankCredit")]
public sealed record ReceiveBankCredit(RequestId RequestId, Money Amount, string? Description = null, Metadata? Metadata = null)
    : MoneyCommand(RequestId, Amount, Description, Metadata);

/// <summary>Money goes outside.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Withdraw")]
public sealed record Withdraw(RequestId RequestId, Money Amount, string? Description = null, Metadata? Metadata = null)
    : MoneyCommand(RequestId, Amount, Description, Metadata);
