using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Contracts.Activity;

/// <summary>
/// What became durable in one partition of the wallets, from one position of the journal up to another, without gaps. A message with
/// a batch is a hint: it may come late, twice, in another order or not at all; see <see cref="ActivityFollower"/>.
/// </summary>
/// <param name="Partition">The partition.</param>
/// <param name="Partitions">How many there are where the batch was made: while their number changes from process to process, there are batches of both.</param>
/// <param name="From">The position at which the batch begins.</param>
/// <param name="To">The position at which it ends, and the next one begins.</param>
/// <param name="Events">In the order of their positions; those of one wallet in the order of their versions. Null when they are too many for
/// a message: then they are read (<see cref="IActivityGrain"/>).</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.ActivityBatch")]
public sealed record ActivityBatch(
    [property: Id(0)] int Partition,
    [property: Id(1)] int Partitions,
    [property: Id(2)] long From,
    [property: Id(3)] long To,
    [property: Id(4)] List<ActivityEvent>? Events);

/// <summary>An entry that became durable.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="Version">Its version: 1 for the first entry of the wallet, then without gaps.</param>
/// <param name="Entry">The entry; null when what is stored cannot be read, which the verification of the books reports.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.ActivityEvent")]
public sealed record ActivityEvent(
    [property: Id(0)] Guid WalletId,
    [property: Id(1)] long Version,
    [property: Id(2)] Entry? Entry);
