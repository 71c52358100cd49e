namespace WalletGrains.Simulators.Faults;

/// <summary>The faults that strike one call: at most one of each kind, and at most one of those of its answer.</summary>
internal sealed class Strikes(IReadOnlyList<FaultRule> rules)
{
    /// <summary>How much a wrong amount is wrong.</summary>
    public const decimal OneUnit = 1m;

    public static Strikes None { get; } = new([]);

    /// <summary>The kinds, for the list of calls.</summary>
    public IReadOnlyList<FaultKind> Kinds { get; } = [.. rules.Select(rule => rule.Fault)];

    /// <summary>What strikes the answer; null if nothing does.</summary>
    public FaultRule? OfAnswer { get; } = rules.FirstOrDefault(rule => Routes.IsOfAnswer(rule.Fault));

    /// <summary>The rule by which this kind strikes; null if it does not.</summary>
    public FaultRule? Of(FaultKind kind) => rules.FirstOrDefault(rule => rule.Fault == kind);

    public bool Have(FaultKind kind) => Of(kind) is not null;

    /// <summary>What is added to every amount that is told.</summary>
    public decimal WrongBy => Have(FaultKind.WrongAmount) ? OneUnit : 0m;
}
