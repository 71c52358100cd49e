namespace WalletGrains.Contracts.Reconciliation;

/// <summary>
/// Compares everything that is stored twice, and keeps the results. Jobs ask for it every five minutes, and for a full one every day. One
/// for the cluster, key 0; calls do not wait for one another.
/// </summary>
[Alias("walletgrains.IReconciliationGrain")]
public interface IReconciliationGrain : IGrainWithIntegerKey
{
    /// <summary>Runs it now, or joins the run that is under way.</summary>
    /// <param name="isFull">Also counts everything again that earlier runs counted.</param>
    /// <returns>The result; null when it takes longer than a caller should wait: the run goes on and its result is kept.</returns>
    /// <exception cref="UnavailableException">The store is away, or another process reconciles it.</exception>
    [Alias("Run")]
    Task<ReconciliationResult?> RunAsync(bool isFull);

    /// <summary>Runs a full one, or joins the one that is under way, unless one that got through everything has begun within the last day.</summary>
    /// <returns>Whether there is nothing to wait for: false while the run goes on.</returns>
    /// <exception cref="UnavailableException">The store is away, or another process reconciles it.</exception>
    [Alias("RunFullIfDue")]
    Task<bool> RunFullIfDueAsync();

    /// <summary>The newest result; null when there is none.</summary>
    /// <param name="isFull">The newest one of a full run; otherwise of any.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("FindNewest")]
    Task<ReconciliationResult?> FindNewestAsync(bool isFull);

    /// <summary>The balance of every account at this moment. Those of a currency sum to zero.</summary>
    /// <exception cref="UnavailableException">The store is away, or has more new entries than can be summed at once.</exception>
    [Alias("GetTrialBalance")]
    Task<IReadOnlyList<AccountBalance>> GetTrialBalanceAsync();
}

/// <summary>What a reconciliation found.</summary>
/// <param name="RanAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="IsFull">It counted everything again.</param>
/// <param name="IsComplete">It got through everything within its time; otherwise the next one goes on with the rest.</param>
/// <param name="WalletsChecked">Wallets whose heads and entries were compared: those that had changed.</param>
/// <param name="EntriesChecked">Entries that were summed.</param>
/// <param name="TransfersChecked">Transfers that were compared with their entries.</param>
/// <param name="DifferenceCount">How many differences there are; of a full one that goes on with earlier ones, with those that they found.</param>
/// <param name="Differences">The first thousand of them.</param>
/// <param name="BillsChecked">Payments of bills that were compared with holds and entries: those that had moved.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.ReconciliationResult")]
public sealed record ReconciliationResult(
    [property: Id(0)] DateTimeOffset RanAt,
    [property: Id(1)] DateTimeOffset EndedAt,
    [property: Id(2)] bool IsFull,
    [property: Id(3)] bool IsComplete,
    [property: Id(4)] long WalletsChecked,
    [property: Id(5)] long EntriesChecked,
    [property: Id(6)] long TransfersChecked,
    [property: Id(7)] long DifferenceCount,
    [property: Id(8)] IReadOnlyList<ReconciliationDifference> Differences,
    [property: Id(9)] long BillsChecked = 0);

/// <summary>Two records of the same thing that contradict each other.</summary>
/// <param name="What">The kind of difference, for example HEAD_BALANCE.</param>
/// <param name="Where">The wallet, transfer, entry or currency.</param>
/// <param name="Expected">What one record says.</param>
/// <param name="Found">What the other one says.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.ReconciliationDifference")]
public sealed record ReconciliationDifference(
    [property: Id(0)] string What,
    [property: Id(1)] string Where,
    [property: Id(2)] string Expected,
    [property: Id(3)] string Found);

/// <summary>The balance of an account.</summary>
/// <param name="Currency">Code of the currency.</param>
/// <param name="Account">Its name: wallets for all of them together, external:cash and the like for the other side.</param>
/// <param name="BalanceMinor">In minor units. A sum over all wallets may be more than a long holds.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.AccountBalance")]
public sealed record AccountBalance([property: Id(0)] string Currency, [property: Id(1)] string Account, [property: Id(2)] decimal BalanceMinor);
