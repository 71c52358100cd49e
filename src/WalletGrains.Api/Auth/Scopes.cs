namespace WalletGrains.Api.Auth;

/// <summary>What a service's key may do.</summary>
[Flags]
public enum Scopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>See wallets and what happened to them.</summary>
    WalletsRead = 1,

    /// <summary>Open wallets, and close its own.</summary>
    WalletsWrite = 2,

    /// <summary>Pay money in.</summary>
    MoneyIn = 4,

    /// <summary>Move money out of and between wallets, hold it, and plan to.</summary>
    MoneyMove = 8,

    /// <summary>Give transfers back.</summary>
    MoneyReverse = 16,

    /// <summary>All of it.</summary>
    All = WalletsRead | WalletsWrite | MoneyIn | MoneyMove | MoneyReverse,
}

/// <summary>The names of scopes, as they are stored and shown.</summary>
internal static class ScopeNames
{
    private static readonly (Scopes Scope, string Name)[] Known =
    [
        (Scopes.WalletsRead, "wallets:read"),
        (Scopes.WalletsWrite, "wallets:write"),
        (Scopes.MoneyIn, "money:in"),
        (Scopes.MoneyMove, "money:move"),
        (Scopes.MoneyReverse, "money:reverse"),
    ];

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Known.Select(known => known.Name)];

    /// <summary>The scope's name.</summary>
    public static string NameOf(Scopes scope) => Known.Single(known => known.Scope == scope).Name;

    /// <summary>The scope with this name; <see cref="Scopes.None"/> when there is none.</summary>
    public static Scopes Parse(string? name) => Known.FirstOrDefault(known => known.Name == name).Scope;

    /// <summary>All scopes with these names; a name that this version does not know grants nothing.</summary>
    public static Scopes Parse(IEnumerable<string> names) => names.Aggregate(Scopes.None, (scopes, name) => scopes | Parse(name));
}
