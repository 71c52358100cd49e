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
    // Windows are short, since rules reach back a few entries: an array of its own for each costs less than a tree.
    private readonly ImmutableArray<Withdrawal> _ordered;

    private Withdrawals(ImmutableArray<Withdrawal> ordered) => (_ordered, Ordered) = (ordered, ordered);

    /// <summary>Nothing left.</summary>
    public static Withdrawals None { get; } = new([]);

    /// <summary>In the order of versions.</summary>
    public IReadOnlyList<Withdrawal> Ordered { get; }

    /// <summary>With one more.</summary>
    public Withdrawals With(Withdrawal withdrawal)
    {
        var place = _ordered.Length;
        while (place > 0 && _ordered[place - 1].Version > withdrawal.Version)
        {
            place--;
        }

        return place > 0 && _ordered[place - 1].Version == withdrawal.Version ? this : new(_ordered.Insert(place, withdrawal));
    }

    /// <summary>What rules can still look at with a later entry: for each of them the newest of its own types in its own window.</summary>
    internal Withdrawals Keep(IFraudRule[] rules)
    {
        if (_ordered.Length == 0)
        {
            return this;
        }

        var newest = _ordered[^1].At;
        var kept = new bool[_ordered.Length];
        var count = 0;
        foreach (var rule in rules)
        {
            var left = rule.Reach;
            for (var i = _ordered.Length - 1; i >= 0 && left > 0; i--)
            {
                if (rule.Concerns(_ordered[i].Type) && newest - _ordered[i].At <= rule.Window)
                {
                    count += kept[i] ? 0 : 1;
                    kept[i] = true;
                    left--;
                }
            }
        }

        return count == kept.Length ? this : new([.. _ordered.Where((_, i) => kept[i])]);
    }
}
