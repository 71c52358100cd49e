using WalletGrains.Contracts;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;

namespace WalletGrains.Grains.Fraud;

/// <summary>What is suspicious: the configuration section <c>Fraud</c>.</summary>
public sealed record FraudOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Fraud";

    private static readonly string[] DefaultTypes = ["WITHDRAW", "TRANSFER_OUT", "BILL_PAYMENT"];

    /// <summary>Too many withdrawals in a stretch of time.</summary>
    public FrequencyOptions Frequency { get; init; } = new();

    /// <summary>A single large withdrawal.</summary>
    public LargeAmountOptions LargeAmount { get; init; } = new();

    /// <summary>Throws <see cref="ArgumentException"/> that names the setting when one is out of range.</summary>
    public void Validate()
    {
        Require(Frequency.Count is >= 2 and <= 100, $"Frequency:Count is {Frequency.Count}; it must be between 2 and 100.");
        Require(Frequency.WindowSeconds is >= 1 and <= 86_400, $"Frequency:WindowSeconds is {Frequency.WindowSeconds}; it must be between 1 and 86400.");
        Require(Enum.IsDefined(Frequency.Action), "Frequency:Action must be flag, hold or refuse.");
        RequireTypes(Frequency.Types, "Frequency:Types");
        Require(LargeAmount.Threshold > 0, $"LargeAmount:Threshold is {LargeAmount.Threshold}; it must be above 0.");
        Require(Enum.IsDefined(LargeAmount.Action), "LargeAmount:Action must be flag, hold or refuse.");
        RequireTypes(LargeAmount.Types, "LargeAmount:Types");
        foreach (var (code, threshold) in LargeAmount.Thresholds)
        {
            Require(Currency.TryParse(code, out _), $"LargeAmount:Thresholds:{code} is not a code of ISO 4217.");
            Require(threshold > 0, $"LargeAmount:Thresholds:{code} is {threshold}; it must be above 0.");
        }
    }

    /// <summary>The rules that are followed after the commit.</summary>
    internal FraudRules ToRules()
    {
        var rules = new List<IFraudRule>();
        if (Frequency.Enabled && Frequency.Action is not FraudAction.Refuse)
        {
            rules.Add(ToFrequencyRule());
        }

        if (LargeAmount.Enabled && LargeAmount.Action is not FraudAction.Refuse)
        {
            rules.Add(ToLargeAmountRule());
        }

        return new FraudRules([.. rules]);
    }

    /// <summary>What wallets refuse.</summary>
    internal FraudGate ToGate() => new(
        LargeAmount is { Enabled: true, Action: FraudAction.Refuse } ? ToLargeAmountRule() : null,
        Frequency is { Enabled: true, Action: FraudAction.Refuse } ? ToFrequencyRule() : null);

    private FrequencyRule ToFrequencyRule() => new(Frequency.Count, TimeSpan.FromSeconds(Frequency.WindowSeconds), TypesOf(Frequency.Types), Frequency.Action);

    private LargeAmountRule ToLargeAmountRule() => new(LargeAmount.Threshold, LargeAmount.Thresholds, TypesOf(LargeAmount.Types), LargeAmount.Action);

    private static HashSet<string> TypesOf(string[]? types) => [.. types ?? DefaultTypes];

    private static void RequireTypes(string[]? types, string setting)
    {
        foreach (var type in types ?? [])
        {
            Require(
                EntryTypes.TransactionNames.Contains(type) || DefaultTypes.Contains(type),
                $"{setting} has '{type}', which is not a type of transactions.");
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"{Section}:{otherwise}");
        }
    }
}

/// <summary>Settings of the rule FREQUENCY.</summary>
public sealed record FrequencyOptions
{
    /// <summary>Whether the rule is in force.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How many withdrawals are too many; 2 to 100.</summary>
    public int Count { get; init; } = 3;

    /// <summary>In how long a stretch, in seconds; up to a day.</summary>
    public int WindowSeconds { get; init; } = 60;

    /// <summary>Names of the types that count; null for WITHDRAW, TRANSFER_OUT and BILL_PAYMENT.</summary>
    public string[]? Types { get; init; }

    /// <summary>What it does besides: flag, hold or refuse.</summary>
    public FraudAction Action { get; init; } = FraudAction.Flag;
}

/// <summary>Settings of the rule LARGE_AMOUNT.</summary>
public sealed record LargeAmountOptions
{
    /// <summary>Whether the rule is in force.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>From how much on, in major units.</summary>
    public decimal Threshold { get; init; } = 10_000;

    /// <summary>Other thresholds, by code of the currency.</summary>
    public Dictionary<string, decimal> Thresholds { get; init; } = [];

    /// <summary>Names of the types that count; null for WITHDRAW, TRANSFER_OUT and BILL_PAYMENT.</summary>
    public string[]? Types { get; init; }

    /// <summary>What it does besides: flag, hold or refuse.</summary>
    public FraudAction Action { get; init; } = FraudAction.Flag;
}
