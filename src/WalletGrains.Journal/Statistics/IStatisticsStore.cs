using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.Statistics;

/// <summary>The statistics of a wallet up to one of its entries. Amounts are sums without a limit.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="Version">The newest entry that was taken into account.</param>
/// <param name="DepositedMinor">What came from outside.</param>
/// <param name="WithdrawnMinor">What went outside.</param>
/// <param name="TransferredInMinor">What came from other wallets.</param>
/// <param name="TransferredOutMinor">What went to other wallets.</param>
/// <param name="TransactionCount">Transactions.</param>
/// <param name="LastActivityAt">Time of the newest one; null for none.</param>
public sealed record StatisticsRow(
    Guid WalletId,
    long Version,
    decimal DepositedMinor,
    decimal WithdrawnMinor,
    decimal TransferredInMinor,
    decimal TransferredOutMinor,
    long TransactionCount,
    DateTimeOffset? LastActivityAt);

/// <summary>The statistics of wallets. They follow from the journal and can be made anew from it.</summary>
/// <remarks>Every method throws <see cref="JournalUnavailableException"/> while the database is away; then nothing was written. Those that
/// write throw <see cref="JournalOutcomeUnknownException"/> when it may or may not be written, also later.</remarks>
public interface IStatisticsStore
{
    /// <summary>Those of these wallets that have a row.</summary>
    Task<IReadOnlyList<StatisticsRow>> FindAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken);

    /// <summary>Writes what a consumer has counted, and jobs for what it could not count, together with its move; false, and nothing written, when it
    /// does not stand where it must. A row of a later version stays.</summary>
    Task<bool> WriteAsync(PositionMove move, IReadOnlyList<StatisticsRow> rows, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken);

    /// <summary>Adds a row of a wallet that has none.</summary>
    /// <returns>False, and nothing written, when it has one.</returns>
    Task<bool> AddAsync(StatisticsRow row, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces a row that is at the version of this one, and counts the correction where the consumer stands that moves the row: what that one has
    /// counted on from the old row and not written yet cannot be written any more, whatever moves it in between, and is counted again from this one.
    /// </summary>
    /// <returns>False, and nothing written, when it is not at that version.</returns>
    Task<bool> CorrectAsync(string consumer, StatisticsRow row, CancellationToken cancellationToken);
}
