namespace WalletGrains.Contracts.BalanceSync;

/// <summary>
/// Looks at the transactions of the wallets of one partition, its key, by the partition's stream, and has the balances asked for of every mobile user to whom one
/// of these wallets belongs: within a second, and once however many transactions there were meanwhile.
/// </summary>
[Alias("walletgrains.ITransactionSyncGrain")]
public interface ITransactionSyncGrain : IGrainWithIntegerKey;
