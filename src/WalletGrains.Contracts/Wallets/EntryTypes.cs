using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WalletGrains.Contracts.Wallets;

/// <summary>The names of entry types, as they are stored and shown.</summary>
public static class EntryTypes
{
    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<EntryType>().Select(NameOf)];

    /// <summary>The type's name, for example TRANSFER_OUT.</summary>
    public static string NameOf(EntryType type) => type switch
    {
        EntryType.Fund => "FUND",
        EntryType.Withdraw => "WITHDRAW",
        EntryType.TransferOut => "TRANSFER_OUT",
        EntryType.TransferIn => "TRANSFER_IN",
        EntryType.TransferRefund => "TRANSFER_REFUND",
        _ => throw new UnreachableException($"Entry type {type} has no name."),
    };

    /// <summary>The type with this name; false when there is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out EntryType type)
    {
        foreach (var candidate in Enum.GetValues<EntryType>())
        {
            if (NameOf(candidate) == name)
            {
                type = candidate;
                return true;
            }
        }

        type = default;
        return false;
    }

    /// <summary>The type with this name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static EntryType Parse(string name) =>
        TryParse(name, out var type) ? type : throw new ArgumentException($"'{name}' is not an entry type.", nameof(name));
}
