using WalletGrains.Simulators.Faults;

namespace WalletGrains.Simulators.Calls;

/// <summary>What a call asks for, understood and not done yet.</summary>
/// <param name="Key">What it is about, such as a reference or an account number: faults are drawn and calls are counted by it.</param>
/// <param name="Do">Does it at once and completely, and answers. It is told what strikes.</param>
internal sealed record Work(string Key, Func<Strikes, Reply> Do)
{
    /// <summary>What is answered when the call does not even get as far as to a fault.</summary>
    public Reply? Refusal { get; private init; }

    public static Work Refused(Reply refusal) => new("", _ => refusal) { Refusal = refusal };
}
