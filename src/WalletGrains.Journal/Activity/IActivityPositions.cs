namespace WalletGrains.Journal.Activity;

/// <summary>Where a consumer stands in one of its partitions.</summary>
/// <param name="Position">Every entry below it was taken into account.</param>
/// <param name="Corrections">How often somebody else has changed its effects. What it has made from what was there before is worth nothing.</param>
public readonly record struct ConsumerPlace(long Position, long Corrections);

/// <summary>A step of a consumer in one of its partitions.</summary>
/// <param name="Consumer">Its name.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Partitions">How many there are.</param>
/// <param name="From">Where it must stand.</param>
/// <param name="To">The position at which it stands then.</param>
public sealed record PositionMove(string Consumer, int Partition, int Partitions, ConsumerPlace From, long To);

/// <summary>How far consumers have come. A move is the fence of their effects: of two that move from one place, one succeeds.</summary>
/// <remarks>Every method throws <see cref="JournalUnavailableException"/> while the database is away; then nothing was written.</remarks>
public interface IActivityPositions
{
    /// <summary>
    /// Where a consumer stands in a partition; at 0 when it has never begun. Where the number of partitions has changed, all of them begin from
    /// the lowest position of the old ones, and those are forgotten.
    /// </summary>
    /// <exception cref="JournalOutcomeUnknownException">Repeat the call.</exception>
    Task<ConsumerPlace> LoadAsync(string consumer, int partition, int partitions, CancellationToken cancellationToken);

    /// <summary>Moves a consumer that has no other effects; false when it does not stand where it must.</summary>
    /// <exception cref="JournalOutcomeUnknownException">It may or may not be moved, also later; load it.</exception>
    Task<bool> MoveAsync(PositionMove move, CancellationToken cancellationToken);
}
