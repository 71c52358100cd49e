using System.Collections.Immutable;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Fraud;

/// <summary>An entry that rules look at: money that left.</summary>
/// <param name="Version">Its version in the wallet; within a wallet, later versions are never earlier.</param>
/// <param name="EntryId">Its id.</param>
/// <param name="Type">The name of its type.</param>
/// <param name="AmountMinor">How much, in minor units.</param>
/// <param name="At">When it was decided: rules know no other time.</param>
public sealed record Withdrawal(long Version, Guid EntryId, string Type, long AmountMinor, DateTimeOffset At)
{
    /// <summary>The entry as rules see it.</summary>
    public static Withdrawal Of(Entry entry) => new(entry.Version, entry.EntryId, EntryTypes.NameOf(entry.Type), entry.Amount.MinorUnits, entry.CreatedAt);
}

/// <summary>What lately left a wallet, in the order of versions. Adding what is there already changes nothing, and what comes late is put where it
/// belongs: so the same entries make the same window in whatever order, and however often, they come.</summary>
public sealed class Withdrawals
{
    private readonly ImmutableList<Withdrawal> _ordered;

    private Withdrawals(ImmutableList<Withdrawal> ordered) => _ordered = ordered;

    /// <summary>Nothing left.</summary>
    public static Withdrawals None { get; } = new([]);

    /// <summary>In the order of versions.</summary>
    public IReadOnlyList<Withdrawal> Ordered => _ordered;

    /// <summary>With one more.</summary>
    public Withdrawals With(Withdrawal withdrawal)
    {
        var place = _ordered.Count;
        while (place > 0 && _ordered[place - 1].Version > withdrawal.Version)
        {
            place--;
        }

        return place > 0 && _ordered[place - 1].Version == withdrawal.Version ? this : new(_ordered.Insert(place, withdrawal));
    }

    /// <summary>Without all others than these versions.</summary>
    public Withdrawals Only(IReadOnlySet<long> versions) => new(_ordered.RemoveAll(withdrawal => !versions.Contains(withdrawal.Version)));
}
