using WalletGrains.Contracts;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Fraud;

/// <summary>That a rule fired.</summary>
/// <param name="Rule">The name of the rule.</param>
/// <param name="Action">What it does besides.</param>
/// <param name="Trigger">The entry at which it fired.</param>
/// <param name="Evidence">The entries it fired about, in order, the trigger the last of them.</param>
public sealed record FraudFinding(string Rule, FraudAction Action, Withdrawal Trigger, IReadOnlyList<Withdrawal> Evidence);

/// <summary>A rule about what leaves a wallet: a function of the entries up to one of them, and of nothing else.</summary>
public interface IFraudRule
{
    /// <summary>Its name, as alerts show it.</summary>
    string Name { get; }

    /// <summary>What it does besides.</summary>
    FraudAction Action { get; }

    /// <summary>How far back it looks.</summary>
    TimeSpan Window { get; }

    /// <summary>The most entries it has to see.</summary>
    int Reach { get; }

    /// <summary>Whether it looks at entries of the type with this name.</summary>
    bool Concerns(string type);

    /// <summary>What it fires about at an entry; null when it does not fire.</summary>
    /// <param name="entries">What left the wallet, in the order of versions; all of it that the rule's window can reach.</param>
    /// <param name="index">The entry, one of <paramref name="entries"/>.</param>
    /// <param name="currency">The wallet's currency.</param>
    IReadOnlyList<Withdrawal>? Find(IReadOnlyList<Withdrawal> entries, int index, Currency currency);
}

/// <summary>Too many withdrawals in a stretch of time: it fires at the last of so many, and at each further one.</summary>
/// <param name="count">How many are too many.</param>
/// <param name="window">The stretch; one that lies exactly so far back is out of it.</param>
/// <param name="types">Names of the types that count.</param>
/// <param name="action">What it does besides.</param>
public sealed class FrequencyRule(int count, TimeSpan window, IReadOnlySet<string> types, FraudAction action) : IFraudRule
{
    /// <inheritdoc />
    public string Name => "FREQUENCY";

    /// <inheritdoc />
    public FraudAction Action => action;

    /// <inheritdoc />
    public TimeSpan Window => window;

    /// <inheritdoc />
    public int Reach => count;

    /// <inheritdoc />
    public bool Concerns(string type) => types.Contains(type);

    /// <inheritdoc />
    public IReadOnlyList<Withdrawal>? Find(IReadOnlyList<Withdrawal> entries, int index, Currency currency)
    {
        if (index + 1 < count)
        {
            return null;
        }

        var evidence = new List<Withdrawal>(count);
        for (var i = index; i >= 0 && evidence.Count < count && entries[index].At - entries[i].At < window; i--)
        {
            if (types.Contains(entries[i].Type))
            {
                evidence.Add(entries[i]);
            }
        }

        evidence.Reverse();
        return evidence.Count == count ? evidence : null;
    }
}

/// <summary>A single withdrawal of a threshold or more.</summary>
/// <param name="threshold">The threshold in major units, for currencies that have none of their own.</param>
/// <param name="thresholds">Thresholds in major units by code of the currency.</param>
/// <param name="types">Names of the types that count.</param>
/// <param name="action">What it does besides.</param>
public sealed class LargeAmountRule(decimal threshold, IReadOnlyDictionary<string, decimal> thresholds, IReadOnlySet<string> types, FraudAction action) : IFraudRule
{
    /// <inheritdoc />
    public string Name => "LARGE_AMOUNT";

    /// <inheritdoc />
    public FraudAction Action => action;

    /// <inheritdoc />
    public TimeSpan Window => TimeSpan.Zero;

    /// <inheritdoc />
    public int Reach => 1;

    /// <inheritdoc />
    public bool Concerns(string type) => types.Contains(type);

    /// <inheritdoc />
    public IReadOnlyList<Withdrawal>? Find(IReadOnlyList<Withdrawal> entries, int index, Currency currency) =>
        types.Contains(entries[index].Type) && IsLarge(entries[index].AmountMinor, currency) ? [entries[index]] : null;

    /// <summary>Whether an amount in minor units reaches the threshold.</summary>
    public bool IsLarge(long amountMinor, Currency currency)
    {
        decimal major = amountMinor;
        for (var i = 0; i < currency.Exponent; i++)
        {
            major /= 10;
        }

        return major >= thresholds.GetValueOrDefault(currency.Code, threshold);
    }
}

/// <summary>The rules in force.</summary>
public sealed class FraudRules(IFraudRule[] rules)
{
    /// <summary>The rules.</summary>
    public IReadOnlyList<IFraudRule> All => rules;

    /// <summary>Whether any of them freezes wallets.</summary>
    public bool Hold { get; } = rules.Any(rule => rule.Action is FraudAction.Hold);

    /// <summary>Whether any of them looks at entries of the type with this name.</summary>
    public bool Concern(string type)
    {
        // Asked about every entry there is: a query would allocate for each.
        foreach (var rule in rules)
        {
            if (rule.Concerns(type))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether any of them looks at the entry. Money that an operator gives back is nothing that the owner withdraws.</summary>
    public bool Concern(Entry entry) => entry.ReversesTransferId is null && Concern(EntryTypes.NameOf(entry.Type));

    /// <summary>What of it they can still look at with a later entry: for each rule the newest of its own types in its own window.</summary>
    public Withdrawals Keep(Withdrawals window) => window.Keep(rules);

    /// <summary>
    /// What they find when an entry is added to what left the wallet: at the entry itself and, when it came late, at those behind it.
    /// </summary>
    public IEnumerable<FraudFinding> Find(Withdrawals with, Withdrawal added, Currency currency)
    {
        for (var i = with.Ordered.Count - 1; i >= 0 && with.Ordered[i].Version >= added.Version; i--)
        {
            foreach (var rule in rules)
            {
                if (rule.Concerns(with.Ordered[i].Type) && rule.Find(with.Ordered, i, currency) is { } evidence)
                {
                    yield return new FraudFinding(rule.Name, rule.Action, with.Ordered[i], evidence);
                }
            }
        }
    }
}
