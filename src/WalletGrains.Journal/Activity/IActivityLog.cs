namespace WalletGrains.Journal.Activity;

/// <summary>Which entries to read: those of one partition from a position on.</summary>
/// <param name="Partition">The partition, from 0.</param>
/// <param name="Partitions">How many there are; 1 to <see cref="MaxPartitions"/>.</param>
/// <param name="From">The position to begin with.</param>
/// <param name="Limit">About how many; a commit is never torn, so a page may have the rest of one more.</param>
public sealed record ActivityQuery(int Partition, int Partitions, long From, int Limit)
{
    /// <summary>A partition is a remainder of one byte of the wallet's id.</summary>
    public const int MaxPartitions = 256;

    /// <summary>Entries of a page at most.</summary>
    public const int MaxLimit = 5_000;

    /// <summary>Whether a wallet is in the partition. The last byte of an id of version 7 is random.</summary>
    public bool Has(Guid walletId) => PartitionOf(walletId, Partitions) == Partition;

    /// <summary>The partition of a wallet.</summary>
    public static int PartitionOf(Guid walletId, int partitions)
    {
        Span<byte> bytes = stackalloc byte[16];
        walletId.TryWriteBytes(bytes);
        return bytes[15] % partitions;
    }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Partitions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Partitions, MaxPartitions);
        ArgumentOutOfRangeException.ThrowIfNegative(Partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Partition, Partitions);
        ArgumentOutOfRangeException.ThrowIfNegative(From);
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limit, MaxLimit);
    }
}

/// <summary>A part of the journal without gaps: every entry of the partition from one position up to another.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends, and the next page begins.</param>
/// <param name="Entries">In the order of their positions; those of one wallet in the order of their versions.</param>
public sealed record ActivityPage(long From, long To, IReadOnlyList<LoggedEntry> Entries);

/// <summary>What followers need of an entry: all else is in its content, and each column would be read for every one of them.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="Version">Its version.</param>
/// <param name="Content">The entry in full, as the exact bytes that are stored.</param>
/// <param name="Source">What its writer made the bytes of, where this process has just written it (<see cref="WalletEntry.Source"/>); null where it was read.</param>
public readonly record struct LoggedEntry(Guid WalletId, long Version, ReadOnlyMemory<byte> Content, object? Source = null);

/// <summary>
/// All committed entries in one order, for those who follow it. A position is passed only when nothing can be committed
/// below it any more, so a follower misses nothing, however many writers there are.
/// </summary>
/// <remarks>Every method throws <see cref="JournalUnavailableException"/> while the database is away.</remarks>
public interface IActivityLog
{
    /// <summary>The position below which everything is decided: where one begins who does not care for the past.</summary>
    Task<long> FindEndAsync(CancellationToken cancellationToken);

    /// <summary>The next page. Its end is above its beginning unless nothing was committed since.</summary>
    Task<ActivityPage> ReadAsync(ActivityQuery query, CancellationToken cancellationToken);
}
