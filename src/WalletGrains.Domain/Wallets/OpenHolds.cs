using System.Collections.Immutable;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <summary>What a hold is for, and so who may end it.</summary>
public enum HoldPurpose
{
    /// <summary>Whatever its owner wants.</summary>
    Any,

    /// <summary>A leg of a bulk transfer; only that one ends it.</summary>
    Bulk,

    /// <summary>A bill; only its payment ends it.</summary>
    Bill,
}

/// <summary>A hold that has not ended.</summary>
/// <param name="HoldId">Its id.</param>
/// <param name="AmountMinor">How much is held, in minor units.</param>
/// <param name="ExpiresAt">When it ends by itself; null for never.</param>
/// <param name="CreatedAt">When it was placed.</param>
/// <param name="IsCounted">It is part of what the limit of a day has counted; a hold from before the limit is not.</param>
/// <param name="Purpose">What it is for.</param>
public sealed record OpenHold(
    Guid HoldId, long AmountMinor, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt, bool IsCounted = false, HoldPurpose Purpose = HoldPurpose.Any);

/// <summary>The open holds of a wallet, in the order of their ids. Immutable; two with the same holds are equal.</summary>
public sealed class OpenHolds : IEquatable<OpenHolds>
{
    private readonly ImmutableSortedDictionary<Guid, OpenHold> _byId;

    private OpenHolds(ImmutableSortedDictionary<Guid, OpenHold> byId) => _byId = byId;

    /// <summary>No holds.</summary>
    public static OpenHolds None { get; } = new(ImmutableSortedDictionary<Guid, OpenHold>.Empty);

    /// <summary>How many there are.</summary>
    public int Count => _byId.Count;

    /// <summary>All of them.</summary>
    public IEnumerable<OpenHold> All => _byId.Values;

    /// <summary>These holds.</summary>
    public static OpenHolds Of(IEnumerable<OpenHold> holds) => new(holds.ToImmutableSortedDictionary(hold => hold.HoldId, hold => hold));

    /// <summary>The open hold with this id; null when there is none.</summary>
    public OpenHold? Find(Guid holdId) => _byId.GetValueOrDefault(holdId);

    /// <summary>These holds and one more. One that is open already takes its own place: a request of long ago may be decided
    /// again, and only the journal finds its request id taken.</summary>
    public OpenHolds With(Hold placed, bool isCounted, HoldPurpose purpose = HoldPurpose.Any) =>
        new(_byId.SetItem(placed.HoldId, new OpenHold(placed.HoldId, placed.Amount.MinorUnits, placed.ExpiresAt, placed.CreatedAt, isCounted, purpose)));

    /// <summary>These holds when the limit of a day has been forgotten, and with it what it had counted.</summary>
    public OpenHolds Uncounted() => Of(All.Select(hold => hold with { IsCounted = false }));

    /// <summary>These holds without one of them.</summary>
    /// <exception cref="ArgumentException">It is not one of them: a hold ends once.</exception>
    public OpenHolds Without(Guid holdId) => _byId.ContainsKey(holdId)
        ? new OpenHolds(_byId.Remove(holdId))
        : throw new ArgumentException($"Hold {holdId} is not open.", nameof(holdId));

    /// <inheritdoc />
    public bool Equals(OpenHolds? other) => other is not null && _byId.Values.SequenceEqual(other._byId.Values);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as OpenHolds);

    /// <inheritdoc />
    public override int GetHashCode() => _byId.Count;
}
