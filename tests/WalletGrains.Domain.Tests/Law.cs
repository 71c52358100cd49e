using FsCheck;
using FsCheck.Fluent;

namespace WalletGrains.Domain.Tests;

/// <summary>Checks a law on a thousand random cases; the failure prints the shrunk case and the seed that repeats it.</summary>
internal static class Law
{
    private static readonly Config Thousand = Config.QuickThrowOnFailure.WithMaxTest(1_000);

    public static void Holds<T>(Gen<T> cases, Func<T, bool> law) => Prop.ForAll(cases.ToArbitrary(), law).Check(Thousand);

    /// <summary>The same for a law that says with its own assertions what is wrong.</summary>
    public static void Holds<T>(Gen<T> cases, Action<T> law) => Prop.ForAll(cases.ToArbitrary(), law).Check(Thousand);
}
