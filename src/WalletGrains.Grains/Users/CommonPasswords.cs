using System.Collections.Frozen;

namespace WalletGrains.Grains.Users;

/// <summary>Passwords that many people have; the file says where they are from. About 1 MB in memory, read with the first use.</summary>
internal static class CommonPasswords
{
    private static readonly Lazy<FrozenSet<string>> Read = new(static () =>
    {
        using var reader = new StreamReader(typeof(CommonPasswords).Assembly.GetManifestResourceStream("common-passwords.txt")!);
        return reader.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line[0] != '#' || !line.Contains(' ', StringComparison.Ordinal))
            .ToFrozenSet(StringComparer.Ordinal);
    });

    /// <summary>All of them, in lower case.</summary>
    public static IReadOnlySet<string> All => Read.Value;
}
